namespace Graceful.Tests;

/// <summary>Levels through a roll, seen from the instances.</summary>
public sealed class LevelTests : IDisposable
{
    private readonly FleetKit _kit = new();

    [Fact]
    public async Task Raise_HappensOnlyWhenAllCanReadTheNextLevel()
    {
        var (old, next) = (_kit.Session("1.0", 1, 1), _kit.Session("2.0", 1, 2));
        await _kit.ServeAsync(old, next);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Equal((1, LevelMode.Stable), (next.Compatibility["session"].Active, next.Compatibility["session"].Mode));

        await old.StopAsync();
        await _kit.Clock.UntilAsync(() => next.Compatibility["session"].Active == 2);

        Assert.Equal(LevelMode.Settling, next.Compatibility["session"].Mode);
    }

    [Fact]
    public async Task Raise_AnOperationOfBefore_HoldsItUpUntilItEnds()
    {
        var (one, other) = (_kit.Session("2.0", 1, 2), _kit.Session("2.0", 1, 2));
        await _kit.ServeAsync(one, other);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Baking);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        var lease = one.Compatibility.Enter("session");

        await _kit.Clock.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Equal((LevelMode.Raising, 1, 1), (_kit.State.Contracts["session"].Mode, one.Compatibility["session"].Active, lease.Level));
        var explanation = await other.Admin.ExplainAsync("session");
        var blocker = Assert.Single(explanation.Blockers);
        Assert.Equal(one.Fleet.InstanceId, blocker.Member.Id);
        Assert.Contains("operations from before the change still run there", blocker.Reason, StringComparison.Ordinal);

        lease.Dispose();
        await _kit.Clock.UntilAsync(() => one.Compatibility["session"].Active == 2);
        using var next = other.Compatibility.Enter("session");
    }

    [Fact]
    public async Task Acknowledgement_IsTakenToTheStoreAtOnce()
    {
        var instance = _kit.Session("2.0", 1, 1);
        await _kit.ServeAsync(instance);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Stable);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        var lease = instance.Compatibility.Enter("session");
        await instance.Admin.PinAsync("session");
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        Assert.True(_kit.Live.Single().Acknowledged < _kit.State.Epoch);

        lease.Dispose();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMilliseconds(50));

        Assert.Equal(_kit.State.Epoch, _kit.Live.Single().Acknowledged);
    }

    [Fact]
    public async Task Watch_TellsHowItStandsAndEveryChange()
    {
        var instance = _kit.Session("2.0", 1, 2);
        instance.Store.IsDown = true;
        await instance.StartAsync();
        var seen = new List<string>();
        using var end = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            await foreach (var change in instance.Compatibility.WatchAsync(end.Token))
            {
                seen.Add($"{change.Contract} {change.Level.Active} {change.Level.Window} {change.Level.Mode} {change.IsServing}");
            }
        });
        await _kit.Clock.SettleAsync();

        instance.Store.IsDown = false;
        await _kit.Clock.UntilAsync(() => instance.Compatibility["session"].Active == 2);

        Assert.Equal("session 0 [0,0] Stable False", seen[0]);
        Assert.Equal(
            [
                "session 1 [1,2] Shrinking True", "session 1 [1,1] Confirming True", "session 1 [1,1] Stable True", "session 1 [1,1] Baking True", "session 1 [1,2] Raising True",
                "session 1 [1,2] Committing True", "session 2 [1,2] Settling True",
            ],
            seen.Where(s => s.EndsWith("True", StringComparison.Ordinal)));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    [Fact]
    public async Task RollBack_BeforeTheRaise_IsInstantAndCanBeToldBeforehand()
    {
        var next = _kit.Session("2.0", 1, 2);
        await _kit.ServeAsync(next);
        var old = new Dictionary<string, LevelRange> { ["session"] = new(1, 1) };
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Baking);

        var answer = await next.Admin.CanRollBackAsync(old);
        Assert.True(answer.IsPossible);
        Assert.InRange(answer.PossibleFor!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.True((await next.Admin.PinAsync("session")).IsAccepted);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMinutes(2));
        answer = await next.Admin.CanRollBackAsync(old);
        Assert.Equal((true, null), (answer.IsPossible, answer.PossibleFor));

        var back = _kit.Session("1.0", 1, 1);
        await back.StartAsync();
        Assert.Null(back.NotReady);
    }

    [Fact]
    public async Task RollBack_AfterTheRaise_IsSaidToBeImpossibleAndWhatToDo()
    {
        var next = _kit.Session("2.0", 1, 2);
        await _kit.ServeAsync(next);
        var old = new Dictionary<string, LevelRange> { ["session"] = new(1, 1) };
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Active == 2);

        var obstacle = Assert.Single((await next.Admin.CanRollBackAsync(old)).Obstacles);
        Assert.Equal(("session", new LevelRange(1, 2), new LevelRange(1, 1), null), (obstacle.Contract, obstacle.Window, obstacle.Supports, obstacle.EndsIn));
        Assert.EndsWith("Deploy a release that supports 2, or have 'session' retreat to 1 first.", obstacle.Reason, StringComparison.Ordinal);

        Assert.True((await next.Admin.RetreatAsync("session")).IsAccepted);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Shrinking);
        obstacle = Assert.Single((await next.Admin.CanRollBackAsync(old)).Obstacles);
        Assert.InRange(obstacle.EndsIn!.Value, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(81));

        await _kit.Clock.UntilAsync(() => next.Admin.CanRollBackAsync(old).AsTask().Result.IsPossible);
    }

    [Fact]
    public async Task Explain_Stable_NamesWhoIsInTheWay()
    {
        var (old, next, manual) = (_kit.Session("1.4", 1, 1), _kit.Session("2.0", 1, 2), _kit.New("2.1", c => c.Contract("session").Supports(1, 2).Activation(Activation.Manual)));
        await _kit.ServeAsync(old, next, manual);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Stable);

        var explanation = await next.Admin.ExplainAsync("session");

        Assert.Equal("Level 1 is written; 2 instance(s) are in the way of level 2.", explanation.Summary);
        Assert.Matches($"^1.4 on {Environment.MachineName} supports session \\[1,1\\], lease ends in [0-9]+ s$", explanation.Blockers[0].Reason);
        Assert.EndsWith("it waits for an operator (activate)", explanation.Blockers[1].Reason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KeyNotFoundException>(async () => await next.Admin.ExplainAsync("nothing"));
        var outcome = await next.Admin.ActivateAsync("session");
        Assert.False(outcome.IsAccepted);
        Assert.Contains("supports [1,1]", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pin_HoldsUnpinReleasesActivateHurries()
    {
        var instance = _kit.Session("2.0", 1, 2, ("Compatibility:Bake", "01:00:00"));
        await _kit.ServeAsync(instance);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Baking);

        Assert.True((await instance.Admin.PinAsync("session")).IsAccepted);
        Assert.True((await instance.Admin.PinAsync("session")).IsAccepted);
        Assert.False((await instance.Admin.ActivateAsync("session")).IsAccepted);
        Assert.True((await instance.Admin.UnpinAsync("session")).IsAccepted);
        Assert.True((await instance.Admin.ActivateAsync("session")).IsAccepted);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Raising);
        Assert.True((await instance.Admin.CancelAsync("session")).IsAccepted);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Cancelling);
        Assert.False((await instance.Admin.RetireAsync("session")).IsAccepted);
    }

    [Fact]
    public async Task Forgotten_ALevelThatNobodyActivates_IsRemindedOf()
    {
        var instance = _kit.New("2.0", c => c.Contract("session").Supports(1, 2).Activation(Activation.Manual), ("Compatibility:RemindAfter", "00:05:00"));
        await _kit.ServeAsync(instance);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Stable);

        await _kit.Clock.AdvanceAsync(TimeSpan.FromMinutes(4));
        Assert.Equal(0, instance.Log.Count("RaiseForgotten"));
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(1, instance.Log.Count("RaiseForgotten"));
    }

    public void Dispose() => _kit.Dispose();
}
