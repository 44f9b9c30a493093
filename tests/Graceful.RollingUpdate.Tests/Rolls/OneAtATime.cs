namespace Graceful.RollingUpdate.Tests.Rolls;

/// <summary>A roll wants the machine for itself: one at a time, and after everything else.</summary>
[CollectionDefinition(nameof(OneAtATime), DisableParallelization = true)]
public sealed class OneAtATime;
