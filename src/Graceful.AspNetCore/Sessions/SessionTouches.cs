using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// Prolongs sessions that are used without being written: each at most once in the interval, many in one call, and no request waits for it. What is pending when the instance leaves is sent then.
/// </summary>
internal sealed partial class SessionTouches(GuardedSessionStore store, GuardedBlobStore blobs, SessionStateOptions options, TimeProvider time, ILogger<SessionTouches> logger) : IDrainParticipant
{
    private const int MaxRemembered = 100_000;
    private static readonly TimeSpan Collect = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<SessionHandle, long> _sent = new();
    private readonly Lock _lock = new();
    private Dictionary<SessionHandle, (TimeSpan TimeToLive, string? OldPlace)> _waiting = [];
    private int _isSending;
    private long _swept;

    public string Name => "sessions";

    /// <summary>The session is in use.</summary>
    /// <param name="session">The session.</param>
    /// <param name="timeToLive">How long it lives from now on.</param>
    /// <param name="oldPlace">Where it may still lie: a secret. Null for nowhere.</param>
    public void Used(SessionHandle session, TimeSpan timeToLive, string? oldPlace = null)
    {
        var now = time.GetTimestamp();
        if (_sent.TryGetValue(session, out var sent) && time.GetElapsedTime(sent, now) < options.TouchInterval)
        {
            return;
        }

        if (_sent.Count >= MaxRemembered && !Sweep(now))
        {
            return;
        }

        _sent[session] = now;
        lock (_lock)
        {
            _waiting[session] = (timeToLive, oldPlace);
        }

        if (Interlocked.Exchange(ref _isSending, 1) == 0)
        {
            _ = SendLaterAsync();
        }
    }

    /// <summary>A commit has prolonged it.</summary>
    public void Committed(SessionHandle session)
    {
        if (_sent.Count < MaxRemembered)
        {
            _sent[session] = time.GetTimestamp();
        }
    }

    public Task DrainAsync(CancellationToken cancellationToken) => SendAsync(cancellationToken);

    private async Task SendLaterAsync()
    {
        await Task.Delay(Collect, time).ConfigureAwait(false);
        Volatile.Write(ref _isSending, 0);
        Sweep(time.GetTimestamp());
        await SendAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        Dictionary<SessionHandle, (TimeSpan TimeToLive, string? OldPlace)> batch;
        lock (_lock)
        {
            (batch, _waiting) = (_waiting, []);
        }

        if (batch.Count == 0)
        {
            return;
        }

        try
        {
            await store.TouchAsync([.. batch.Select(t => new SessionTouch(t.Key, t.Value.TimeToLive, options.AbsoluteTimeout))], cancellationToken).ConfigureAwait(false);
            string[] old = [.. batch.Values.Select(t => t.OldPlace).OfType<string>()];
            if (old.Length > 0)
            {
                await blobs.TouchAsync(old, options.TouchInterval, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SessionStoreException e)
        {
            // The next use tries again.
            foreach (var (session, _) in batch)
            {
                _sent.TryRemove(session, out _);
            }

            LogNotProlonged(logger, batch.Count, e.Message);
        }
    }

    /// <summary>Forgets what is past, at most once an interval.</summary>
    private bool Sweep(long now)
    {
        var last = Volatile.Read(ref _swept);
        if (time.GetElapsedTime(last, now) < options.TouchInterval || Interlocked.CompareExchange(ref _swept, now, last) != last)
        {
            return false;
        }

        foreach (var (session, sent) in _sent)
        {
            if (time.GetElapsedTime(sent, now) >= options.TouchInterval)
            {
                _sent.TryRemove(session, out _);
            }
        }

        return _sent.Count < MaxRemembered;
    }

    [LoggerMessage(230, LogLevel.Warning, "The life of {Count} sessions was not prolonged: {Reason}", EventName = "SessionsNotProlonged")]
    private static partial void LogNotProlonged(ILogger logger, int count, string reason);
}
