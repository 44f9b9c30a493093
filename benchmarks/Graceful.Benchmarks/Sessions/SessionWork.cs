namespace Graceful.Benchmarks;

/// <summary>What a request is to do with its session, beside its path.</summary>
internal sealed class SessionWork
{
    /// <summary>Where nothing is said.</summary>
    public static readonly SessionWork None = new();

    /// <summary>The entry that is read or written.</summary>
    public string Entry { get; init; } = "entry0";

    /// <summary>What is written there.</summary>
    public byte[] Value { get; init; } = [];

    /// <summary>For the first request of a session: how many entries it has.</summary>
    public int Entries { get; init; }

    /// <summary>Waited for between the load and the write.</summary>
    public Func<Task>? Between { get; init; }
}
