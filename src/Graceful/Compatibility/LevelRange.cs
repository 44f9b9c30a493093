namespace Graceful;

/// <summary>The levels of one contract that a build can read and write, both ends included.</summary>
/// <remarks>Compared as integers, one contract at a time; version strings are never compared. A contract that a build does not declare counts as [0, 0].</remarks>
public readonly record struct LevelRange
{
    /// <summary>What a contract counts as that is not declared: absent.</summary>
    public static readonly LevelRange Absent;

    /// <summary>A range of levels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is negative, or <paramref name="max"/> is below <paramref name="min"/>.</exception>
    public LevelRange(int min, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(min);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        Min = min;
        Max = max;
    }

    /// <summary>The lowest level.</summary>
    public int Min { get; }

    /// <summary>The highest level.</summary>
    public int Max { get; }

    /// <summary>Whether a level lies in the range.</summary>
    public bool Contains(int level) => level >= Min && level <= Max;

    /// <summary>Whether all of another range lies in this one.</summary>
    public bool Covers(LevelRange other) => other.Min >= Min && other.Max <= Max;

    /// <summary>As <c>[1,2]</c>.</summary>
    public override string ToString() => $"[{Min},{Max}]";
}
