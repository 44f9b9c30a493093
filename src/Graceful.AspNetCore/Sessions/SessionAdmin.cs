using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <remarks>Awaits what the guard gives, which may be awaited once: the application may wait for its own as it likes.</remarks>
internal sealed class SessionAdmin(GuardedSessionStore store, SessionStateOptions options, IOptions<SessionOptions> cookie) : ISessionAdmin
{
    public static TimeSpan Remembrance(SessionStateOptions options, TimeSpan idle) => idle + options.TouchInterval + TimeSpan.FromMinutes(1);

    public async ValueTask<IReadOnlyList<SessionHandle>> ListAsync(string user, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        return await store.ListAsync(user, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> KillAsync(SessionHandle session, CancellationToken cancellationToken = default) =>
        await store.EndAsync(session, Remembrance(options, cookie.Value.IdleTimeout), cancellationToken).ConfigureAwait(false);

    public async ValueTask<int> KillAllAsync(string user, CancellationToken cancellationToken = default)
    {
        var killed = 0;
        foreach (var handle in await ListAsync(user, cancellationToken).ConfigureAwait(false))
        {
            killed += await KillAsync(handle, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            await store.UnbindAsync(user, handle, cancellationToken).ConfigureAwait(false);
        }

        return killed;
    }
}
