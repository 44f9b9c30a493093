namespace Graceful;

/// <summary>What one build says of one contract: the levels it supports, and how the fleet may move between them.</summary>
/// <param name="Supports">The levels that this build reads and writes.</param>
/// <param name="ActivateUpTo">The highest level that may be activated while this build is in the fleet; null for no limit below <see cref="LevelRange.Max"/>.</param>
/// <param name="Manual">Whether a level rises only when an operator says so.</param>
/// <param name="Retention">How long data of a level may exist after the last write at it.</param>
/// <param name="RetainManually">Whether only an operator can say that data of a level is gone.</param>
public sealed record ContractDeclaration(
    LevelRange Supports, int? ActivateUpTo = null, bool Manual = false, TimeSpan Retention = default, bool RetainManually = false)
{
    /// <summary>A contract that a build does not know.</summary>
    public static readonly ContractDeclaration Absent = new(LevelRange.Absent);

    /// <summary>The highest level that this build lets the fleet activate.</summary>
    public int Ceiling => ActivateUpTo is { } limit && limit < Supports.Max ? limit : Supports.Max;
}
