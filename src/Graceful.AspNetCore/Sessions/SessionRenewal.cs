using System.Collections.ObjectModel;

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

        var (old, key) = (identity.Address, SessionIdentity.NewKey());
        var renewed = new SessionAddress(key, SessionHandle.Of(key), isNew: true);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // As it is now: another request may have written since this one read.
            await exchange.ReloadAsync(null, cancellationToken).ConfigureAwait(false);
            if (identity.IsNew || document.State is not { Exists: true } state)
            {
                // It has ended meanwhile, with all that was moved.
                if (attempt > 0)
                {
                    await EndAsync(renewed, cancellationToken).ConfigureAwait(false);
                }

                identity.DeleteCookie();
                exchange.StartAnew();
                return;
            }

            var moved = await MoveAsync(state, old.Handle, renewed, cancellationToken).ConfigureAwait(false);
            if (await exchange.Home.TryEndAsync(old, state.Revision, exchange.Remembrance, cancellationToken).ConfigureAwait(false))
            {
                document.Accept(moved, null);
                identity.Become(key);
                return;
            }
        }

        await EndAsync(renewed, cancellationToken).ConfigureAwait(false);
        throw new InvalidOperationException($"The session was written by others {Attempts} times while it was given a new key.");
    }

    /// <summary>Writes all entries under the new key, instead of what a try before wrote there.</summary>
    private async ValueTask<SessionState> MoveAsync(SessionState state, SessionHandle from, SessionAddress to, CancellationToken cancellationToken)
    {
        var moved = state.Entries.ToDictionary(e => e.Key, e => parts.Codec.Move(e.Key, e.Value.Data, from, to.Handle));
        if (SessionNotes.UserOf(state.Entries) is { } user)
        {
            await exchange.NoteAsync(user, to.Handle, cancellationToken).ConfigureAwait(false);
        }

        var commit = exchange.NewCommit(SessionExchange.NewId(), true, moved, [], ReadOnlyDictionary<string, long>.Empty) with { Generation = null, Elapsed = TimeSpan.Zero };
        return await exchange.Home.CopyAsync(to, commit, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask AbandonAsync(CancellationToken cancellationToken)
    {
        if (!exchange.MayWrite())
        {
            return;
        }

        if (!exchange.Identity.IsNew)
        {
            await EndAsync(exchange.Identity.Address, cancellationToken).ConfigureAwait(false);
            exchange.Identity.DeleteCookie();
        }

        exchange.StartAnew();
    }

    private async ValueTask EndAsync(SessionAddress session, CancellationToken cancellationToken) =>
        await exchange.Home.EndAsync(session, exchange.Remembrance, cancellationToken).ConfigureAwait(false);
}
