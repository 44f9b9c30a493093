namespace Graceful;

/// <summary>Where an instance stands with its fleet.</summary>
public enum FleetStanding
{
    /// <summary>The store has not answered yet. Not ready.</summary>
    Joining = 0,

    /// <summary>The store has no record and waits for members of before (<see cref="FleetOptions.FormingWait"/>). Not ready.</summary>
    Forming = 1,

    /// <summary>A member; what may be written is known.</summary>
    Serving = 2,

    /// <summary>A member that has lost the store for too long and goes on all the same (<see cref="Isolation.FailOpen"/>). Ready.</summary>
    Degraded = 3,

    /// <summary>The build does not cover the levels that may exist. Not ready, alive; joins by itself once it does.</summary>
    Incompatible = 4,

    /// <summary>A member that has lost the store for too long and has stopped (<see cref="Isolation.Strict"/>). Not ready, alive; returns by itself.</summary>
    Fenced = 5,

    /// <summary>The instance has ended its lease.</summary>
    Left = 6,
}
