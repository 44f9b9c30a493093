namespace Graceful.RollingUpdate;

/// <summary>What the handshake did in a run.</summary>
/// <param name="Store">Where the fleet was kept.</param>
/// <param name="Contract">The data format that was watched.</param>
/// <param name="Levels">Every change that was seen, the first one included.</param>
/// <param name="Refusals">Who was kept out, and why.</param>
/// <param name="OrdersByLevel">How many orders were written at which level, counted in the journals.</param>
internal sealed record HandshakeResult(
    string Store, string Contract, IReadOnlyList<LevelChange> Levels, IReadOnlyList<Refusal> Refusals, IReadOnlyDictionary<int, int> OrdersByLevel)
{
    /// <summary>The first moment at which a higher level was written than at the beginning; null when there was none.</summary>
    public double? RoseAt => Levels.FirstOrDefault(l => l.Active > Levels[0].Active)?.At;

    /// <summary>Such as <c>1</c>, or <c>1 → 2</c>.</summary>
    public string Path
    {
        get
        {
            var path = new List<int>();
            foreach (var change in Levels.Where(l => path.Count == 0 || path[^1] != l.Active))
            {
                path.Add(change.Active);
            }

            return string.Join(" → ", path);
        }
    }
}
