namespace Graceful.RollingUpdate;

/// <summary>All rolls of one setting and side.</summary>
internal sealed record SeriesSummary(string Setting, bool Graceful, IReadOnlyList<SeriesLine> Rolls)
{
    public int Sent => Rolls.Sum(r => r.Sent);

    public int Lost => Rolls.Sum(r => r.Lost);

    public int StreamsCut => Rolls.Sum(r => r.StreamsCut);

    public int EventsMissed => Rolls.Sum(r => r.EventsMissed);

    public int LateArrivals => Rolls.Sum(r => r.LateArrivals);

    public int CleanRolls => Rolls.Count(r => r.Faults.Count == 0);

    public bool IsClean => CleanRolls == Rolls.Count;
}
