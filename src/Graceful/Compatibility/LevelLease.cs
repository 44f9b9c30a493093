namespace Graceful;

/// <summary>One operation at one level. The level is not believed gone before this is disposed; dispose it exactly once, on any thread.</summary>
public readonly struct LevelLease : IDisposable, IEquatable<LevelLease>
{
    private readonly LevelGate? _gate;
    private readonly int _generation;

    internal LevelLease(LevelGate? gate, int generation, int level)
    {
        _gate = gate;
        _generation = generation;
        Level = level;
    }

    /// <summary>The level to write at.</summary>
    public int Level { get; }

    /// <summary>Ends the operation.</summary>
    public void Dispose() => _gate?.Exit(_generation);

    /// <summary>Whether both are at the same level of the same gate.</summary>
    public bool Equals(LevelLease other) => ReferenceEquals(_gate, other._gate) && _generation == other._generation && Level == other.Level;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LevelLease other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_generation, Level);

    /// <summary>As <see cref="Equals(LevelLease)"/>.</summary>
    public static bool operator ==(LevelLease left, LevelLease right) => left.Equals(right);

    /// <summary>As <see cref="Equals(LevelLease)"/>.</summary>
    public static bool operator !=(LevelLease left, LevelLease right) => !left.Equals(right);
}
