using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Graceful;

/// <summary>One accepted connection: what runs on it, when it was last used, and how to close it politely.</summary>
internal sealed class TrackedConnection(
    ConnectionContext? context, long openedAt, TimeSpan? maxAge, TimeProvider time, Action<TrackedConnection>? over = null)
{
    private const int PruneAt = 128;
    private readonly Lock _lock = new();
    private readonly List<RequestSlot> _slots = [];
    private long _begun;
    private long _ended;
    private long _lastActive = openedAt;
    private long _lastByte;
    private int _closeRequested;
    private bool _aborted;
    private volatile bool _closed;
    private int _over;

    public string Id { get; } = context?.ConnectionId ?? "unattached";

    public string Peer => context?.RemoteEndPoint?.ToString() ?? "unknown peer";

    public long OpenedAt { get; } = openedAt;

    /// <summary>Requests started on this connection since it was opened.</summary>
    public long Begun => Volatile.Read(ref _begun);

    /// <summary>
    /// Whether no request runs. Ended is read first: a request that begins and ends in between then shows as busy, never as idle.
    /// </summary>
    public bool IsIdle
    {
        get
        {
            var ended = Volatile.Read(ref _ended);
            return Volatile.Read(ref _begun) == ended;
        }
    }

    public long LastActive => Volatile.Read(ref _lastActive);

    /// <summary>The timestamp of the last byte that did not make a request yet: a half-sent header, a TLS handshake; 0 when there was none.</summary>
    public long LastByte => Volatile.Read(ref _lastByte);

    public bool IsCloseRequested => Volatile.Read(ref _closeRequested) != 0;

    public bool IsTooOld => maxAge is { } age && time.GetElapsedTime(OpenedAt) > age;

    public void RequestBegun() => Interlocked.Increment(ref _begun);

    public void RequestEnded()
    {
        Volatile.Write(ref _lastActive, time.GetTimestamp());
        Interlocked.Increment(ref _ended);
        if (_closed)
        {
            OverWhenIdle();
        }
    }

    /// <summary>
    /// The transport is gone. What runs on it may not be: a handler whose client left, <c>OnCompleted</c> work after a response that said
    /// <c>Connection: close</c>. The connection counts until that has ended, too.
    /// </summary>
    public void Closed()
    {
        _closed = true;

        // A full fence, as RequestEnded has one: the later of the two sees both.
        Interlocked.MemoryBarrier();
        OverWhenIdle();
    }

    public void ByteReceived() => Volatile.Write(ref _lastByte, time.GetTimestamp());

    /// <summary>
    /// HTTP/1.1: <c>Connection: close</c> on the response under way, or FIN when there is none; HTTP/2: GOAWAY. Never call it on a
    /// connection that was just accepted: its first request would go unserved.
    /// </summary>
    public void RequestClose()
    {
        if (Interlocked.Exchange(ref _closeRequested, 1) == 0)
        {
            context?.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }

    /// <summary>Cuts the connection, beside the caller: a socket in the middle of a big write holds whoever closes it, for seconds on a busy machine.</summary>
    /// <returns>False when that was done before.</returns>
    public bool Abort()
    {
        if (_aborted || context is null)
        {
            return false;
        }

        _aborted = true;
        _ = Task.Run(() => context.Abort(new ConnectionAbortedException("The drain of this instance cut the connection.")));
        return true;
    }

    public void List(RequestSlot slot)
    {
        lock (_lock)
        {
            if (_slots.Count >= PruneAt)
            {
                Prune();
            }

            if (!slot.IsListed)
            {
                slot.IsListed = true;
                _slots.Add(slot);
            }
        }
    }

    /// <summary>Adds the requests that run and were not cut.</summary>
    public void CopyActiveTo(List<RequestSlot> target)
    {
        if (IsIdle)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var slot in _slots)
            {
                if (slot is { IsActive: true, IsAborted: false })
                {
                    target.Add(slot);
                }
            }
        }
    }

    private void OverWhenIdle()
    {
        if (IsIdle && Interlocked.Exchange(ref _over, 1) == 0)
        {
            over?.Invoke(this);
        }
    }

    /// <summary>HTTP/2 streams come and go with their slots; those of a long-lived connection must not pile up.</summary>
    private void Prune()
    {
        for (var i = _slots.Count - 1; i >= 0; i--)
        {
            var slot = _slots[i];
            slot.IsListed = false;
            Interlocked.MemoryBarrier();
            if (slot.IsActive)
            {
                slot.IsListed = true;
            }
            else
            {
                _slots.RemoveAt(i);
            }
        }
    }
}
