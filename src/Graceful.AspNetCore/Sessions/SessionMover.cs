using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>What all sessions of a host share that are moved from ASP.NET Core's own session.</summary>
internal sealed partial class SessionMover(
    GuardedSessionStore store, GuardedBlobStore blobs, SessionStateOptions options, EntryCodec codec, SessionMetrics metrics, IOptions<SessionOptions> cookie, ILogger<SessionMover> logger)
{
    private int _hasLogged;

    public GuardedSessionStore Store => store;

    public GuardedBlobStore Blobs => blobs;

    public SessionMove Move => options.Move!;

    public BlobEntries Entries { get; } = new(options, codec);

    public TimeSpan IdleTimeout => cookie.Value.IdleTimeout;

    public TimeSpan TimeToLive => IdleTimeout + options.TouchInterval;

    public TimeSpan Remembrance => SessionAdmin.Remembrance(options, IdleTimeout);

    /// <summary>Null when the host declares no contract: then sessions are moved at once.</summary>
    public ICompatibility? Levels { get; private set; }

    public SessionMover At(ICompatibility? levels)
    {
        Levels = levels;
        return this;
    }

    /// <summary>Whether sessions are moved now; held until what that led to is done.</summary>
    public LevelLease Enter(out bool moves)
    {
        moves = Levels is null;
        if (Levels is null)
        {
            return default;
        }

        try
        {
            var lease = Levels.Enter(options.Contract!);
            moves = lease.Level >= Move.Level;
            return lease;
        }
        catch (NotServingException)
        {
            // It may read, and write nothing.
            return default;
        }
    }

    /// <summary>Both places. Where sessions are moved the old one is only asked for what the new one does not have: soon that is nothing.</summary>
    public async ValueTask<(SessionState State, SessionBlob Blob)> ReadAsync(SessionAddress session, IReadOnlyCollection<string>? names, bool moves, CancellationToken cancellationToken)
    {
        var key = Move.KeyOf(session);
        if (!moves)
        {
            return await blobs.ReadBothAsync(session.Handle, key, names, cancellationToken).ConfigureAwait(false);
        }

        var state = await store.LoadAsync(session.Handle, names, cancellationToken).ConfigureAwait(false);
        return (state, state.Exists ? default : await blobs.ReadAsync(key, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Brings a frozen session to its new place, as whoever finds it so may do: all bring the same, and only to where nothing is. Then the old place is closed; should that fail, what lies there expires
    /// before what it became does.
    /// </summary>
    public async ValueTask ImportAsync(SessionAddress session, ReadOnlyMemory<byte> frozen, CancellationToken cancellationToken)
    {
        if (!DistributedSessionFormat.TryRead(frozen, out var format))
        {
            throw Unreadable(session);
        }

        var commit = new SessionCommit($"move:{Base64Url.EncodeToString(SHA256.HashData(frozen.Span))}", TimeToLive)
        {
            AbsoluteTimeToLive = options.AbsoluteTimeout,
            MustBeNew = true,
            Set = Entries.Dress(session.Handle, format),
        };
        var result = await store.CommitAsync(session.Handle, commit, cancellationToken).ConfigureAwait(false);
        if (result.Outcome == SessionCommitOutcome.Committed)
        {
            metrics.Moved();
        }

        try
        {
            await blobs.CloseAsync(Move.KeyOf(session), Remembrance, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionStoreException)
        {
            // It has arrived; that counts.
        }
    }

    public ValueTask<bool> TryFreezeAsync(SessionAddress session, SessionBlob seen, CancellationToken cancellationToken)
    {
        var life = options.AbsoluteTimeout is { } absolute && absolute < TimeToLive ? absolute : TimeToLive;
        return blobs.TryFreezeAsync(Move.KeyOf(session), seen, life, cancellationToken);
    }

    /// <summary>Not empty, and not replaced: as everywhere with what a build does not understand.</summary>
    public SessionStoreException Unreadable(SessionAddress session)
    {
        metrics.Refused("session");
        if (Interlocked.Exchange(ref _hasLogged, 1) == 0)
        {
            LogUnreadable(logger, session.Handle);
        }

        return new SessionStoreException("The session is not as ASP.NET Core's own session writes it: it is of a later format, or damaged, and is left as it is.");
    }

    [LoggerMessage(240, LogLevel.Error, "Session {Session} is not as ASP.NET Core's own session writes it: damaged, of a later format, or the instance name is wrong. It is left as it is, its requests get 503. Logged once.", EventName = "OldSessionUnreadable")]
    private static partial void LogUnreadable(ILogger logger, SessionHandle session);
}
