using Graceful;

namespace Microsoft.AspNetCore.Http;

/// <summary>What a session that <c>AddGraceful().AddSession()</c> keeps can do beside <see cref="ISession"/>.</summary>
public static class GracefulSessionExtensions
{
    /// <summary>Reads an entry that has a schema; null when there is none. The first read of a request waits for the store: see <see cref="SessionPreloadAttribute"/>.</summary>
    /// <typeparam name="T">The type of the schema.</typeparam>
    /// <param name="session">The session.</param>
    /// <param name="name">The entry.</param>
    /// <exception cref="SessionEntryUnreadableException">This build cannot read it.</exception>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    /// <exception cref="InvalidOperationException">The name has no schema of this type.</exception>
    public static T? Get<T>(this ISession session, string name) => Ours(session).Get<T>(name);

    /// <summary>As <see cref="Get{T}(ISession, string)"/>, and no thread waits.</summary>
    /// <typeparam name="T">The type of the schema.</typeparam>
    /// <param name="session">The session.</param>
    /// <param name="name">The entry.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionEntryUnreadableException">This build cannot read it.</exception>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    /// <exception cref="InvalidOperationException">The name has no schema of this type.</exception>
    public static ValueTask<T?> GetAsync<T>(this ISession session, string name, CancellationToken cancellationToken = default) => Ours(session).GetAsync<T>(name, cancellationToken);

    /// <summary>
    /// Writes an entry that has a schema, without reading it: the last writer wins. It is stored before the response begins. JSON members that this build does not know are kept when this request has
    /// read the entry; <see cref="UpdateAsync"/> always keeps them.
    /// </summary>
    /// <typeparam name="T">The type of the schema.</typeparam>
    /// <param name="session">The session.</param>
    /// <param name="name">The entry.</param>
    /// <param name="value">What it holds from now on; later changes of the object do not count.</param>
    /// <exception cref="SessionEntryUnreadableException">This build has read the entry and cannot understand it: it is not overwritten.</exception>
    /// <exception cref="InvalidOperationException">The response has begun, a limit is exceeded, or the name has no schema of this type.</exception>
    public static void Set<T>(this ISession session, string name, T value)
        where T : notnull => Ours(session).Set(name, value);

    /// <summary>
    /// Changes an entry that has a schema, and stores it at once. When somebody else changed it meanwhile, the change is made again on what that one left.
    /// </summary>
    /// <typeparam name="T">The type of the schema.</typeparam>
    /// <param name="session">The session.</param>
    /// <param name="name">The entry.</param>
    /// <param name="change">Makes the new value of the old one (null: none); may be called several times.</param>
    /// <param name="cancellationToken">Ends the wait; whether the change was stored is then unknown.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="SessionEntryUnreadableException">This build cannot read it.</exception>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    /// <exception cref="InvalidOperationException">The response has begun, a limit is exceeded, the name has no schema of this type, or the session was cleared or ended meanwhile.</exception>
    public static ValueTask<T> UpdateAsync<T>(this ISession session, string name, Func<T?, T> change, CancellationToken cancellationToken = default)
        where T : notnull => Ours(session).UpdateAsync(name, change, cancellationToken);

    /// <summary>Whether the entry is there and this build cannot read it.</summary>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    public static bool IsUnreadable(this ISession session, string name) => Ours(session).IsUnreadable(name);

    /// <summary>
    /// Gives the session a new key and ends the old one: whoever was given the old key by somebody else shares nothing with this user any more. Call it when the user signs in. Stores what was written so far.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionStoreException">The store did not answer: the session has its old key.</exception>
    /// <exception cref="InvalidOperationException">The response has begun.</exception>
    public static ValueTask RotateIdAsync(this ISession session, SessionRotation reason = SessionRotation.Routine, CancellationToken cancellationToken = default) =>
        Enum.IsDefined(reason) ? Ours(session).RotateIdAsync(cancellationToken) : throw new ArgumentOutOfRangeException(nameof(reason), reason, "Not a reason to rotate.");

    /// <summary>Ends the session at once and deletes the cookie: no request that still runs brings it back.</summary>
    /// <exception cref="SessionStoreException">The store did not answer: whether the session has ended is unknown.</exception>
    /// <exception cref="InvalidOperationException">The response has begun.</exception>
    public static ValueTask AbandonAsync(this ISession session, CancellationToken cancellationToken = default) => Ours(session).AbandonAsync(cancellationToken);

    /// <summary>Notes the session as a user's, for <see cref="ISessionAdmin"/>; stored with what this request writes.</summary>
    /// <param name="session">The session.</param>
    /// <param name="userId">The application's own name of the user.</param>
    /// <exception cref="InvalidOperationException">The response has begun.</exception>
    public static void BindUser(this ISession session, string userId) => Ours(session).BindUser(userId);

    private static StateSession Ours(ISession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session as StateSession ?? throw new InvalidOperationException("This session is not kept by builder.AddGraceful().AddSession().");
    }
}
