namespace Graceful;

/// <summary>The waits of this member: <paramref name="Forming"/> for a store with no record, <paramref name="Levels"/> for all that comes after.</summary>
internal sealed record MemberTimings(LevelTimings Levels, LevelTimings Forming)
{
    /// <summary>A store that lives in this process can have forgotten nothing that any other process knew of it.</summary>
    public static MemberTimings Of(FleetOptions fleet, CompatibilityOptions compatibility, IFleetStore store)
    {
        var levels = new LevelTimings(fleet.ExclusionWait, compatibility.Bake);
        var forming = fleet.FormingWait ?? (store is InMemoryFleetStore ? TimeSpan.Zero : fleet.ExclusionWait);
        return new MemberTimings(levels, levels with { ExclusionWait = forming });
    }
}
