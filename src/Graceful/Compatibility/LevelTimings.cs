namespace Graceful;

/// <summary>The waits of the state machine; see <c>CompatibilityOptions</c>.</summary>
/// <param name="ExclusionWait">V: after it, an instance that nobody heard of writes nothing any more.</param>
/// <param name="Bake">How long every member must have been able to read the next level before it is raised.</param>
internal sealed record LevelTimings(TimeSpan ExclusionWait, TimeSpan Bake);
