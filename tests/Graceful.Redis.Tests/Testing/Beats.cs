namespace Graceful.Redis.Tests.Testing;

/// <summary>The beats of one instance, numbered.</summary>
internal sealed class Beats(string id, string profile = Beats.One)
{
    public const string One = "session 1 1 1 - 0";
    private long _sequence;

    public FleetBeat Next(long known = 0, bool serving = false, bool withdraws = false, string? info = null) =>
        new(id, ++_sequence, profile, 0, known, serving, withdraws, TimeSpan.FromMinutes(1), info);

    /// <summary>Puts a state with one contract in place.</summary>
    public static async Task<FleetState> InstallAsync(IFleetStore store, int level = 1)
    {
        var census = await store.TakeCensusAsync(default);
        var contract = new ContractState { Active = level, Low = level, High = level, PriorLow = level, PriorHigh = level };
        var next = FleetState.None with { Epoch = Math.Max(census.State.Epoch + 1, census.Now), Contracts = FleetState.None.Contracts.Add("session", contract) };
        Assert.True(await store.TryReplaceAsync(census, next, default));
        return next;
    }
}
