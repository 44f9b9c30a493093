namespace Graceful;

/// <summary>What the ring in use is called; told by whoever looks after it.</summary>
internal sealed class RingIdentity : IKeyRingIdentity
{
    private volatile string? _hash;

    public string? Hash
    {
        get => _hash;
        set => _hash = value;
    }
}
