namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>The store is asked before the first request asks it.</summary>
public sealed class SessionWarmUpTests
{
    [Fact]
    public async Task Store_IsWrittenReadAndLeftEmpty_BeforeReady()
    {
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, _ => { }, warmUp: true);
        await app.Test.PhaseAsync(InstancePhase.Ready);

        Assert.Equal((3, 1, 1), (store.Calls, store.Commits.Count, store.Loads.Count));
        Assert.Empty(await store.EntriesAsync(store.Handles.Keys.Single()));
    }

    [Fact]
    public async Task Store_ThatIsAway_IsAskedAgain_BeforeTheInstanceIsReady()
    {
        var store = new ProbeStore { FailuresLeft = 1 };
        await using var app = await SessionApp.StartAsync(store, _ => { }, warmUp: true);
        await app.Test.PhaseAsync(InstancePhase.Ready);

        Assert.Equal(1 + 3, store.Calls);
        Assert.Contains("sessions", Assert.Single(app.Test.Log.Named("WarmUpFailed")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_ThatIsAway_IsNoReason_WhereTheApplicationDegrades()
    {
        await using var app = await SessionApp.StartAsync(new ProbeStore { Fails = true }, _ => { }, o => o.OnUnavailable = SessionFailure.Degrade, warmUp: true);

        await app.Test.PhaseAsync(InstancePhase.Ready);
    }
}
