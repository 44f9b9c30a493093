namespace Graceful;

/// <summary>When a contract's step ends if nobody is in the way: for people, never for a decision.</summary>
internal static class LevelForecast
{
    /// <summary>What is left of the step it is in; null when it waits for somebody, or for nothing.</summary>
    public static TimeSpan? StepEndsIn(ContractState contract, FleetState state, TimeSpan bake)
    {
        TimeSpan? wait = contract.Mode switch
        {
            LevelMode.Baking => bake,
            LevelMode.Raising or LevelMode.Cancelling or LevelMode.Lowering => state.ExclusionWait,
            LevelMode.Settling or LevelMode.Shrinking when !contract.RetainManually => state.ExclusionWait + contract.Retention,
            LevelMode.Committing or LevelMode.Confirming => ContractTransitions.Replicated(state.ExclusionWait),
            _ => null,
        };
        return wait is { } whole ? Max(whole - (state.Credit - contract.Since), TimeSpan.Zero) : null;
    }

    /// <summary>Until the window is the written level alone, when nothing is done; null when it does not come to that by itself.</summary>
    public static TimeSpan? NarrowedIn(ContractState contract, FleetState state) => contract.Mode switch
    {
        LevelMode.Settling or LevelMode.Shrinking or LevelMode.Cancelling => StepEndsIn(contract, state, default) + ContractTransitions.Replicated(state.ExclusionWait),
        LevelMode.Confirming => StepEndsIn(contract, state, default),
        _ => null,
    };

    /// <summary>As people say it.</summary>
    public static string Words(TimeSpan time) => time switch
    {
        { TotalSeconds: < 120 } => $"{Math.Ceiling(time.TotalSeconds):0} s",
        { TotalMinutes: < 120 } => $"{Math.Ceiling(time.TotalMinutes):0} min",
        { TotalHours: < 48 } => $"{Math.Ceiling(time.TotalHours):0} h",
        _ => $"{Math.Ceiling(time.TotalDays):0} days",
    };

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
