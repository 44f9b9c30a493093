using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Circuits;

/// <summary>Who is told to pause and when, on a clock that stands still until it is told otherwise.</summary>
public sealed class CircuitPausesTests : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    private readonly FakeTimeProvider _time = new();
    private readonly CapturedLog _log = new();
    private readonly LoggerFactory _logging;
    private readonly CircuitPauses _pauses;
    private bool _isOver;

    public CircuitPausesTests()
    {
        _logging = new LoggerFactory([_log]);
        _pauses = new CircuitPauses(new DrainOptions { StreamGrace = Grace }, _time, _logging.CreateLogger<CircuitPauses>());
    }

    public void Dispose() => _logging.Dispose();

    [Fact]
    public void Nobody_IsNotWaitedFor() => Assert.True(Say().IsCompletedSuccessfully);

    [Fact]
    public async Task One_IsToldAtOnce_AndWaitedFor()
    {
        var circuit = Open();

        var said = Say();

        Assert.Equal(1, circuit.Told);
        await AdvanceAsync(Grace / 4);
        Assert.False(said.IsCompleted);
        _pauses.Remove(circuit);
        await AdvanceAsync(Look);
        Assert.True(said.IsCompletedSuccessfully);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Few_AreToldOneAfterTheOther()
    {
        var circuits = Enumerable.Range(0, 5).Select(_ => Open()).ToList();
        _ = Say();
        Assert.Equal(1, circuits.Sum(c => c.Told));

        await AdvanceAsync(5 * Look);

        Assert.All(circuits, c => Assert.Equal(1, c.Told));
    }

    [Fact]
    public async Task Many_AreToldOverHalfOfTheGrace_EachOnce()
    {
        var circuits = Enumerable.Range(0, 1000).Select(_ => Open()).ToList();
        _ = Say();
        await AdvanceAsync(Grace / 4);
        Assert.InRange(circuits.Count(c => c.Told > 0), 400, 600);

        await AdvanceAsync((Grace / 4) + Look);

        Assert.All(circuits, c => Assert.Equal(1, c.Told));
    }

    [Fact]
    public async Task OneThatCannotBeTold_DoesNotKeepTheOthers()
    {
        Open().Fails = true;
        Open().Fails = true;
        var other = Open();
        _ = Say();

        await AdvanceAsync(3 * Look);

        Assert.Equal(1, other.Told);
    }

    /// <summary>Its client had negotiated before that was refused.</summary>
    [Fact]
    public async Task OneThatComesMeanwhile_IsToldAsWell()
    {
        Open();
        _ = Say();
        await AdvanceAsync(Grace / 4);
        var late = Open();

        await AdvanceAsync(2 * Look);

        Assert.Equal(1, late.Told);
    }

    [Fact]
    public async Task WhoHasNotLeft_IsGivenUpAtThreeQuarters_AndTold()
    {
        Open();
        var said = Say();
        await AdvanceAsync((Grace * 0.75) - (2 * Look));
        Assert.False(said.IsCompleted);

        await AdvanceAsync(4 * Look);

        Assert.True(said.IsCompletedSuccessfully);
        Assert.Single(_log.Named("CircuitsNotPaused"));
    }

    [Fact]
    public async Task WhenTheServerStops_NobodyIsToldAnyMore()
    {
        Open();
        var said = Say();
        _isOver = true;
        await AdvanceAsync(2 * Look);
        Assert.True(said.IsCompletedSuccessfully);
        var late = Open();

        await AdvanceAsync(Grace / 2);

        Assert.Equal(0, late.Told);
    }

    [Fact]
    public void IsFor_HubsOfTheApplication_IsNot() => Assert.False(_pauses.IsFor(typeof(Hub)));

    private Task Say() => _pauses.SayAsync(() => _isOver);

    private Circuit Open()
    {
        var circuit = new Circuit();
        _pauses.Add(circuit);
        return circuit;
    }

    /// <summary>Lets what waits for the clock run on before the clock is turned again.</summary>
    private async Task AdvanceAsync(TimeSpan time)
    {
        var step = TimeSpan.FromMilliseconds(5);
        for (var gone = TimeSpan.Zero; gone < time; gone += step)
        {
            _time.Advance(step);
            for (var i = 0; i < 10; i++)
            {
                await Task.Yield();
            }
        }
    }

    private sealed class Circuit : IPausableCircuit
    {
        public int Told { get; private set; }

        public bool Fails { get; set; }

        public void Pause()
        {
            Told++;
            if (Fails)
            {
                throw new InvalidOperationException("its client is gone");
            }
        }
    }
}
