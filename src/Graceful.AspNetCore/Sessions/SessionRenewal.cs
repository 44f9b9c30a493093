using System.Text;

namespace Graceful;

/// <summary>Gives a session a new key, and ends sessions. At once, not with what the request stores at its end.</summary>
internal sealed class SessionRenewal(SessionParts parts, SessionExchange exchange)
{
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

        // As it is now: another request may have written since this one read.
        await exchange.ReloadAsync(null, cancellationToken).ConfigureAwait(false);
        if (identity.IsNew)
        {
            return;
        }

        var (old, key) = (identity.Handle, SessionIdentity.NewKey());
        var handle = SessionHandle.Of(key);
        var moved = document.Entries.ToDictionary(e => e.Key, e => parts.Codec.Move(e.Key, e.Value.Data, old, handle));
        if (moved.TryGetValue(SessionExchange.UserEntry, out var user))
        {
            await exchange.NoteAsync(Encoding.UTF8.GetString(user.Span[1..]), handle, cancellationToken).ConfigureAwait(false);
        }

        if (moved.Count == 0)
        {
            await EndAsync(old, cancellationToken).ConfigureAwait(false);
            identity.DeleteCookie();
            exchange.StartAnew();
            return;
        }

        var result = await parts.Store.CommitAsync(handle, exchange.NewCommit() with { Set = moved, Generation = null }, cancellationToken).ConfigureAwait(false);
        await EndAsync(old, cancellationToken).ConfigureAwait(false);
        document.Accept(
            new SessionState
            {
                Exists = true,
                Revision = result.Revision,
                Generation = result.Generation,
                Entries = moved.ToDictionary(m => m.Key, m => new SessionEntry(result.Revision, m.Value)),
            },
            null);
        identity.Become(key);
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
