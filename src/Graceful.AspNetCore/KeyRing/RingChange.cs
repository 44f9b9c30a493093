namespace Graceful;

/// <summary>Makes Data Protection read the ring again with its next use.</summary>
internal sealed class RingChange : IDisposable
{
    private CancellationTokenSource _source = new();
    private CancellationTokenSource? _either;

    /// <summary>A token that fires with the next change, or with the other one.</summary>
    public CancellationToken TokenWith(CancellationToken other)
    {
        var either = CancellationTokenSource.CreateLinkedTokenSource(Volatile.Read(ref _source).Token, other);

        // The last one is not needed by the ring that is about to be replaced; disposing it only ends its registrations.
        Interlocked.Exchange(ref _either, either)?.Dispose();
        return either.Token;
    }

    public void Signal() => Interlocked.Exchange(ref _source, new CancellationTokenSource()).Cancel();

    public void Dispose()
    {
        _either?.Dispose();
        _source.Dispose();
    }
}
