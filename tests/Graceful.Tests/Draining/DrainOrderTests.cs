namespace Graceful.Tests;

/// <summary>THE ORDER of <see cref="DrainSequence"/>, on one line each.</summary>
public sealed class DrainOrderTests : IDisposable
{
    private readonly DrainKit _kit = new();

    [Fact]
    public async Task Leave_EverythingIsStubborn_EachStepComesInOrderAndAtItsTime()
    {
        _kit.Options.MinimumPropagation = _kit.Options.PropagationDelay;
        _kit.AddParticipant("flush");
        await _kit.ReadyForAsync();
        _kit.Traffic.BeginRequest();
        _kit.Traffic.BeginStream();
        _kit.Traffic.OpenConnection();

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        Assert.Equal(
        [
            "0 phase LameDuck",
            "0 BeginLameDuck(5)",
            "4 CloseIdle(1)",
            "5 phase Draining",
            "5 BeginDrain",
            "10 AbortStreams",
            "21 AbortAll",
            "21 phase Flushing",
            "21 flush",
            "21 phase Stopped",
            "21 stop",
        ],
        _kit.Journal.Lines);
    }

    [Fact]
    public async Task Leave_NothingIsOpen_NothingIsCut()
    {
        _kit.Options.MinimumPropagation = _kit.Options.PropagationDelay;
        await _kit.ReadyForAsync();

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        Assert.Equal(
            ["0 phase LameDuck", "0 BeginLameDuck(5)", "4 CloseIdle(1)", "5 phase Draining", "5 BeginDrain", "5 phase Flushing", "5 phase Stopped", "5 stop"],
            _kit.Journal.Lines);
    }

    [Fact]
    public async Task Leave_AtOnce_ReturnsBeforeAnythingHasEnded()
    {
        await _kit.ReadyForAsync();

        _kit.Leave();

        Assert.Equal(0, _kit.Stops);
        await _kit.UntilStoppedAsync();
    }

    [Fact]
    public async Task DrainStarted_FiresWithTheLameDuck_LongBeforeStop()
    {
        await _kit.ReadyForAsync();
        using var registration = _kit.Coordinator.DrainStarted.Register(() => _kit.Journal.Add("DrainStarted"));
        Assert.False(_kit.Coordinator.DrainStarted.IsCancellationRequested);

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        Assert.Equal(TimeSpan.Zero, _kit.Journal.At("DrainStarted"));
        Assert.True(_kit.Journal.At("stop") >= _kit.Options.MinimumPropagation);
    }

    [Fact]
    public async Task DrainStarted_ThrowingCallback_IsLoggedAndTheDrainGoesOn()
    {
        await _kit.ReadyForAsync();
        using var registration = _kit.Coordinator.DrainStarted.Register(() => throw new InvalidOperationException("thrown on purpose"));

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        Assert.Equal(1, _kit.Log.Count("DrainCallbackFailed"));
        Assert.Equal(1, _kit.Journal.Count("BeginDrain"));
    }

    [Fact]
    public async Task DrainStarted_BlockingCallback_DoesNotHoldTheDrain()
    {
        // The instance was never ready, so that the drain needs no time to pass: the clock cannot move while the callback blocks.
        using var release = new ManualResetEventSlim();
        using var registration = _kit.Coordinator.DrainStarted.Register(release.Wait);

        var drain = _kit.Coordinator.DrainAsync("test");
        var first = await Task.WhenAny(drain, Task.Delay(TimeSpan.FromSeconds(20)));
        release.Set();

        Assert.Same(drain, first);
    }

    [Fact]
    public async Task Deadline_IsNullBeforeAndTheEndOfTheBudgetAfterTheStart()
    {
        await _kit.ReadyForAsync(TimeSpan.FromSeconds(3));
        Assert.Null(_kit.Coordinator.Deadline);

        _kit.Leave();

        Assert.Equal(_kit.Clock.Start + TimeSpan.FromSeconds(3 + 25), _kit.Coordinator.Deadline);
        await _kit.UntilStoppedAsync();
    }

    [Fact]
    public async Task BudgetLeft_GoesDownFromTheStartOfTheDrain()
    {
        await _kit.ReadyForAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(25), _kit.Coordinator.BudgetLeft);

        _kit.Leave();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(24), _kit.Coordinator.BudgetLeft);
        await _kit.UntilStoppedAsync();
    }

    public void Dispose() => _kit.Dispose();
}
