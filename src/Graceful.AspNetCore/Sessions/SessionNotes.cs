using System.Collections.Concurrent;
using System.Text;

namespace Graceful;

/// <summary>
/// The notes of whose a session is, by which <see cref="ISessionAdmin"/> finds it. A session may be in use for longer than any note is kept, so the note is written again: behind a request, at most once a
/// day for each session. One that is younger than that, as most are, costs nothing.
/// </summary>
internal sealed class SessionNotes(GuardedSessionStore store, TimeProvider time)
{
    /// <summary>Holds whose session it is, so that a rotation takes the note along. Not among the keys of the application.</summary>
    public const string Entry = "graceful:user";

    public const int MaxRemembered = 100_000;
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <summary>Beyond the session's own: for days on which nothing could be noted.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromDays(90);

    private readonly ConcurrentDictionary<SessionHandle, long> _fresh = new();

    public int Remembered => _fresh.Count;

    public static byte[] Encode(string user) => EntryCodec.EncodeRaw(Encoding.UTF8.GetBytes(user));

    public async ValueTask NoteAsync(string user, SessionHandle session, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        await store.BindAsync(user, session, timeToLive + Life, cancellationToken).ConfigureAwait(false);
        IsFresh(session);
    }

    /// <summary>There is no note, or it has just been written.</summary>
    public void IsFresh(SessionHandle session)
    {
        if (Remembered >= MaxRemembered)
        {
            // All are looked at once more, which is less than to look at the others each time.
            _fresh.Clear();
        }

        _fresh[session] = time.GetTimestamp();
    }

    /// <summary>The session is in use.</summary>
    /// <param name="session">The session.</param>
    /// <param name="timeToLive">How long it lives from now on.</param>
    /// <param name="document">What is known of it.</param>
    public void Used(SessionHandle session, TimeSpan timeToLive, SessionDocument document)
    {
        if (_fresh.TryGetValue(session, out var last) && time.GetElapsedTime(last) < Interval)
        {
            return;
        }

        IsFresh(session);
        if (document.State is not { } state || state.Age >= Interval)
        {
            _ = RenewAsync(session, timeToLive, document.Knows(Entry) ? document.Entries : null);
        }
    }

    public static string? UserOf(IReadOnlyDictionary<string, SessionEntry> entries) =>
        entries.TryGetValue(Entry, out var entry) && entry.Data.Length > 1 ? Encoding.UTF8.GetString(entry.Data.Span[1..]) : null;

    private async Task RenewAsync(SessionHandle session, TimeSpan timeToLive, IReadOnlyDictionary<string, SessionEntry>? entries)
    {
        try
        {
            entries ??= (await store.LoadAsync(session, [Entry], CancellationToken.None).ConfigureAwait(false)).Entries;
            if (UserOf(entries) is { } user)
            {
                await NoteAsync(user, session, timeToLive, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (SessionStoreException)
        {
            // The next use tries again.
            _fresh.TryRemove(session, out _);
        }
    }
}
