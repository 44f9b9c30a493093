namespace Graceful.RollingUpdate;

/// <summary>The ledger at one moment.</summary>
internal sealed record LedgerSnapshot(
    IReadOnlyList<TrafficCount> Traffic,
    IReadOnlyList<SecondCount> Seconds,
    IReadOnlyDictionary<string, int> Causes,
    IReadOnlyDictionary<string, int> ByInstance,
    IReadOnlyList<LossSample> Samples,
    CartCount Carts)
{
    public int Sent => Traffic.Sum(t => t.Sent);

    public int Answered => Traffic.Sum(t => t.Answered);

    public int Lost => Traffic.Sum(t => t.Lost);

    public int StreamsCut => Traffic.Sum(t => t.StreamsCut);

    public int EventsMissed => Traffic.Sum(t => t.EventsMissed);

    /// <summary>Whether anybody noticed anything.</summary>
    public bool IsClean => Lost == 0 && StreamsCut == 0 && EventsMissed == 0 && Carts.IsClean;
}

/// <summary>What one kind of client has seen.</summary>
internal sealed record TrafficCount(Traffic Traffic)
{
    public int Sent { get; set; }

    public int Answered { get; set; }

    public int Lost { get; set; }

    public int StreamsOpened { get; set; }

    public int StreamsEnded { get; set; }

    public int StreamsCut { get; set; }

    public int Events { get; set; }

    public int EventsMissed { get; set; }

    public int EventsRepeated { get; set; }
}

/// <summary>One second of the run.</summary>
internal sealed record SecondCount(int Second)
{
    /// <summary>Answers of version 1.</summary>
    public int V1 { get; set; }

    /// <summary>Answers of any later version.</summary>
    public int V2 { get; set; }

    public int Lost { get; set; }

    public int Cut { get; set; }
}

/// <summary>One loss, with all that is known of it.</summary>
internal sealed record LossSample(double At, Traffic Traffic, string What, string Cause, string Detail);

/// <summary>How long a quick request took, in milliseconds, and when it ended.</summary>
internal readonly record struct LatencySample(double At, float Milliseconds);
