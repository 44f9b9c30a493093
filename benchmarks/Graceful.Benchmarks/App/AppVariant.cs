namespace Graceful.Benchmarks;

/// <summary>What the measured application has of Graceful.</summary>
internal enum AppVariant
{
    /// <summary>No call of AddGraceful: its assemblies are not even loaded.</summary>
    Plain,

    /// <summary>AddGraceful, with <c>Graceful:Enabled=false</c>.</summary>
    Disabled,

    /// <summary>AddGraceful with its defaults: probe listener, tracking, everything.</summary>
    Graceful,
}
