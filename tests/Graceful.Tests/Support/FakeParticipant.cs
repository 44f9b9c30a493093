namespace Graceful.Tests;

/// <summary>A drain participant that does what the test says.</summary>
internal sealed class FakeParticipant(Journal journal, string name, Func<CancellationToken, Task>? drain = null) : IDrainParticipant
{
    public string Name => name;

    public int Order { get; init; }

    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(5);

    public int Runs { get; private set; }

    /// <summary>Whether the token was live when it was called; null before.</summary>
    public bool? HadLiveToken { get; private set; }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        Runs++;
        HadLiveToken = !cancellationToken.IsCancellationRequested;
        journal.Add(name);
        if (drain is not null)
        {
            await drain(cancellationToken);
        }
    }
}
