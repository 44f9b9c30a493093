namespace Graceful.Tests;

/// <summary>One request, stream or connection of a <see cref="FakeTraffic"/>.</summary>
internal sealed class FakeItem(FakeTraffic owner, DrainHolderKind kind, string name, string id)
{
    public DrainHolderKind Kind => kind;

    public string Id => id;

    public bool IsAborted { get; private set; }

    /// <summary>Whether it ends at once when it is cut; a handler that ignores even that stays open.</summary>
    public bool EndsOnAbort { get; set; } = true;

    /// <summary>Whether it ends when the drain begins; for the test that makes it so.</summary>
    public bool EndsWhenTold { get; set; }

    public TrafficItem ToItem() => new(kind, name, id);

    public void End() => owner.End(this);

    public void Abort()
    {
        IsAborted = true;
        if (EndsOnAbort)
        {
            End();
        }
    }
}
