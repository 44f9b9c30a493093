using System.Collections.ObjectModel;
using System.Text;

namespace Graceful;

/// <summary>Gives a session a new key, and ends sessions. At once, not with what the request stores at its end.</summary>
internal sealed class SessionRenewal(SessionParts parts, SessionExchange exchange)
{
    private const int Attempts = 20;

    public async ValueTask RotateAsync(CancellationToken cancellationToken)
    {
        if (!exchange.MayWrite())
        {
            return;
        }

        await exchange.CommitAsync(cancellationToken).ConfigureAwait(false);
        var (identity, document) = (exchange.Identity, exchange.Document);
        if (identity.IsNew)
        {
            identity.StartAnew();
            return;
        }

        var (old, key) = (identity.Handle, SessionIdentity.NewKey());
        var handle = SessionHandle.Of(key);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // As it is now: another request may have written since this one read.
            await exchange.ReloadAsync(null, cancellationToken).ConfigureAwait(false);
            if (identity.IsNew || document.State is not { Exists: true } state)
            {
                // It has ended meanwhile, with all that was moved.
                if (attempt > 0)
                {
                    await EndAsync(handle, cancellationToken).ConfigureAwait(false);
                }

                identity.DeleteCookie();
                exchange.StartAnew();
                return;
            }

            var moved = await MoveAsync(state, old, handle, cancellationToken).ConfigureAwait(false);
            if (await parts.Store.TryEndAsync(old, state.Revision, exchange.Remembrance, cancellationToken).ConfigureAwait(false))
            {
                document.Accept(moved, null);
                identity.Become(key);
                return;
            }
        }

        await EndAsync(handle, cancellationToken).ConfigureAwait(false);
        throw new InvalidOperationException($"The session was written by others {Attempts} times while it was given a new key.");
    }

    /// <summary>Writes all entries under the new key, instead of what a try before wrote there.</summary>
    private async ValueTask<SessionState> MoveAsync(SessionState state, SessionHandle from, SessionHandle to, CancellationToken cancellationToken)
    {
        var moved = state.Entries.ToDictionary(e => e.Key, e => parts.Codec.Move(e.Key, e.Value.Data, from, to));
        if (moved.TryGetValue(SessionExchange.UserEntry, out var user))
        {
            await exchange.NoteAsync(Encoding.UTF8.GetString(user.Span[1..]), to, cancellationToken).ConfigureAwait(false);
        }

        var result = await parts.Store.CommitAsync(to, exchange.NewCommit(true, moved, [], ReadOnlyDictionary<string, long>.Empty) with { Generation = null, Elapsed = TimeSpan.Zero }, cancellationToken).ConfigureAwait(false);
        return new SessionState
        {
            Exists = true,
            Revision = result.Revision,
            Generation = result.Generation,
            Entries = moved.ToDictionary(m => m.Key, m => new SessionEntry(result.Revision, m.Value)),
        };
    }

    public async ValueTask AbandonAsync(CancellationToken cancellationToken)
    {
        if (!exchange.MayWrite())
        {
            return;
        }

        if (!exchange.Identity.IsNew)
        {
            await EndAsync(exchange.Identity.Handle, cancellationToken).ConfigureAwait(false);
            exchange.Identity.DeleteCookie();
        }

        exchange.StartAnew();
    }

    private async ValueTask EndAsync(SessionHandle session, CancellationToken cancellationToken) =>
        await parts.Store.EndAsync(session, exchange.Remembrance, cancellationToken).ConfigureAwait(false);
}
