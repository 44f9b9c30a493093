using System.Diagnostics;

namespace Graceful.Tests;

/// <summary>S7 where threads really meet.</summary>
public class LevelGateRaceTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public async Task Stress_ManyThreadsWhileEpochsChange_NoLeaseIsOlderThanWhatIsAcknowledged()
    {
        // The level is the epoch. While a lease is open, nothing newer than it may be acknowledged.
        var gate = LevelGateTests.New(_clock, mostLevel: int.MaxValue);
        gate.Open(long.MaxValue);
        gate.Install(LevelGateTests.State(1, 1));
        var broken = 0;
        var operations = 0L;
        var end = false;
        var workers = Enumerable.Range(0, 8).Select(w => TestClock.OnOwnThread(() =>
        {
            var open = new Queue<LevelLease>();
            var count = 0L;
            while (!Volatile.Read(ref end))
            {
                gate.TryEnter("session", out var lease);
                open.Enqueue(lease);
                if (gate.Acknowledged > open.Peek().Level)
                {
                    Interlocked.Increment(ref broken);
                }

                // Each thread keeps another number open, so that ends and begins of several epochs overlap.
                while (open.Count > w % 4)
                {
                    open.Dequeue().Dispose();
                }

                count++;
            }

            while (open.TryDequeue(out var lease))
            {
                lease.Dispose();
            }

            Interlocked.Add(ref operations, count);
        })).ToList();

        var epoch = 1L;
        await TestClock.OnOwnThread(() =>
        {
            while (epoch < 2000 || gate.Acknowledged < 1000)
            {
                gate.Install(LevelGateTests.State(++epoch, (int)epoch));
                Thread.Yield();
            }
        });
        Volatile.Write(ref end, true);
        await Task.WhenAll(workers);
        gate.Poll();

        Assert.Equal((0, epoch), (broken, gate.Acknowledged));
        Assert.True(operations > epoch);
    }

    /// <summary>A count that has not left its core while the view is read: without the barrier in every thread it happens here, on two cores, most times.</summary>
    [Fact]
    public async Task Race_OneThreadEntersWhileTheEpochChanges_IsCountedOrSeesTheNewView()
    {
        var gate = LevelGateTests.New(_clock, mostLevel: int.MaxValue);
        gate.Open(long.MaxValue);
        gate.Install(LevelGateTests.State(1, 1));
        var broken = 0;
        var end = false;
        var worker = TestClock.OnOwnThread(() =>
        {
            while (!Volatile.Read(ref end))
            {
                gate.TryEnter("session", out var lease);
                for (var look = 0; look < 50; look++)
                {
                    broken += gate.Acknowledged > lease.Level ? 1 : 0;
                }

                lease.Dispose();
            }
        });

        await TestClock.OnOwnThread(() =>
        {
            var last = 1;
            for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(3);)
            {
                // Made before: as few instructions as can be between a change and the look at the counts.
                var states = Enumerable.Range(last + 1, 1000).Select(n => LevelGateTests.State(n, n)).ToArray();
                last += states.Length;
                foreach (var state in states)
                {
                    gate.Install(state);
                    while (gate.Acknowledged < state.Epoch)
                    {
                        gate.Poll();
                    }
                }
            }
        });
        Volatile.Write(ref end, true);
        await worker;

        Assert.Equal(0, broken);
    }
}
