using System.Collections.Immutable;
using CsCheck;

namespace Graceful.Tests;

/// <summary>S7: an epoch is acknowledged only when nothing runs any more that began before it.</summary>
public class LevelGateTests
{
    private readonly TestClock _clock = new();
    private readonly LevelGate _gate;

    public LevelGateTests()
    {
        _gate = New(_clock);
        _gate.Open(long.MaxValue);
    }

    [Fact]
    public void Install_NothingRuns_IsAcknowledgedAtOnce()
    {
        _gate.Install(State(5, 1));

        Assert.Equal(5, _gate.Acknowledged);
    }

    [Fact]
    public void Install_AnOlderEpoch_IsIgnored()
    {
        _gate.Install(State(5, 2));
        _gate.Install(State(4, 1));

        Assert.Equal((2, 5), (Enter().Level, _gate.State!.Epoch));
    }

    [Fact]
    public void Install_SomethingRuns_IsWrittenAtOnceAndAcknowledgedWhenThatEnds()
    {
        _gate.Install(State(5, 1));
        var drained = 0;
        _gate.Drained = () => drained++;
        var old = Enter();

        _gate.Install(State(6, 2));
        Assert.Equal((5, 2, 1), (_gate.Acknowledged, Enter().Level, old.Level));

        old.Dispose();
        Assert.Equal((6, 1), (_gate.Acknowledged, drained));
    }

    [Fact]
    public void Install_TwiceWhileSomethingRuns_IsAcknowledgedStepByStep()
    {
        _gate.Install(State(5, 1));
        var first = Enter();
        _gate.Install(State(6, 2));
        var second = Enter();
        _gate.Install(State(7, 3));
        var third = Enter(); // Counts with the second: both generations are in use.

        second.Dispose();
        Assert.Equal(5, _gate.Acknowledged);
        first.Dispose();
        Assert.Equal(6, _gate.Acknowledged);
        third.Dispose();
        Assert.Equal(7, _gate.Acknowledged);
    }

    [Fact]
    public void Enter_Shut_IsRefusedAndCountsForNothing()
    {
        _gate.Install(State(5, 1));
        _gate.Open(long.MinValue);

        Assert.False(_gate.TryEnter("session", out _));
        _gate.Install(State(6, 1));
        Assert.Equal(6, _gate.Acknowledged);
    }

    [Fact]
    public void Enter_PastTheDeadline_IsRefusedWithoutATimer()
    {
        _gate.Install(State(5, 1));
        _gate.Open(_clock.GetTimestamp() + 100);
        Enter().Dispose();

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.False(_gate.TryEnter("session", out _));
    }

    [Fact]
    public void Enter_AnUnknownContract_ThrowsAndNamesTheKnown()
    {
        var fault = Assert.Throws<KeyNotFoundException>(() => _gate.TryEnter("sesion", out _));

        Assert.Equal("No contract 'sesion' is declared; declared here: session. Add it in AddCompatibility.", fault.Message);
    }

    [Fact]
    public void Enter_ALevelOutsideTheRangeOfAnObservedContract_IsTheNearest()
    {
        _gate.Install(State(5, 9));

        Assert.Equal(3, Enter().Level);
    }

    [Fact]
    public void Enter_AndDispose_AllocateNothing()
    {
        _gate.Install(State(5, 1));
        Enter().Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Enter().Dispose();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public async Task Exit_OnAnotherThread_Counts()
    {
        _gate.Install(State(5, 1));
        var lease = Enter();
        _gate.Install(State(6, 2));

        await TestClock.OnOwnThread(lease.Dispose);

        Assert.Equal(6, _gate.Acknowledged);
    }

    [Fact]
    public async Task Threads_ThatHaveEnded_KeepTheirCounts()
    {
        _gate.Install(State(5, 1));
        var leases = new List<LevelLease>();
        for (var i = 0; i < 300; i++)
        {
            await TestClock.OnOwnThread(() => leases.Add(Enter()));
        }

        _gate.Install(State(6, 2));
        Assert.Equal(5, _gate.Acknowledged);
        foreach (var lease in leases)
        {
            await TestClock.OnOwnThread(lease.Dispose);
        }

        _gate.Poll();
        Assert.Equal(6, _gate.Acknowledged);
    }

    [Fact]
    public void AnyHistory_AcknowledgesTheOldestOfWhatRunsAtMostAndEverythingAtTheEnd()
    {
        // Enter (0), end the n-th of what runs (1, n), a new epoch (2).
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 9]).Array[1, 60].Sample(
            steps =>
            {
                var gate = New(_clock);
                gate.Open(long.MaxValue);
                gate.Install(State(1, 1));
                var running = new List<(LevelLease Lease, long Epoch)>();
                var epoch = 1L;
                foreach (var (what, which) in steps)
                {
                    if (what == 0)
                    {
                        Assert.True(gate.TryEnter("session", out var lease));
                        running.Add((lease, epoch));
                    }
                    else if (what == 1 && running.Count > 0)
                    {
                        running[which % running.Count].Lease.Dispose();
                        running.RemoveAt(which % running.Count);
                    }
                    else if (what == 2)
                    {
                        gate.Install(State(++epoch, 1));
                    }

                    Assert.True(gate.Acknowledged <= running.Select(r => r.Epoch).DefaultIfEmpty(epoch).Min());
                }

                running.ForEach(r => r.Lease.Dispose());
                Assert.Equal(epoch, gate.Acknowledged);
            },
            iter: 20_000, threads: 1);
    }

    [Fact]
    public void Count_ByAViewThatNoLongerHolds_IsTakenBack()
    {
        // Between the look at the view and the count, the epoch changes and is acknowledged: the operation would be one of before the acknowledgement.
        _gate.Install(State(5, 1));
        var before = _gate.Current;
        _gate.Install(State(6, 2));
        Assert.Equal(6, _gate.Acknowledged);

        Assert.False(_gate.TryCount(before, _gate.TallyOfThisThread()));

        _gate.Install(State(7, 3));
        _gate.Install(State(8, 3));
        Assert.Equal(8, _gate.Acknowledged);
        Assert.True(_gate.TryCount(_gate.Current, _gate.TallyOfThisThread()));
    }

    private LevelLease Enter()
    {
        Assert.True(_gate.TryEnter("session", out var lease));
        return lease;
    }

    internal static LevelGate New(TimeProvider time, int mostLevel = 3) => new(
        new ContractCatalog([new DeclaredContract("session", new ContractDeclaration(new LevelRange(1, mostLevel)), Unreadable.Fail, false)]),
        new FenceClock(new FleetOptions(), time));

    internal static FleetState State(long epoch, int level) => FleetState.None with
    {
        Epoch = epoch,
        Contracts = ImmutableSortedDictionary<string, ContractState>.Empty.Add(
            "session", new ContractState { Active = level, Low = level, High = level, PriorLow = level, PriorHigh = level }),
    };
}
