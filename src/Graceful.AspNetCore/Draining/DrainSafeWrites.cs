namespace Graceful;

/// <summary>Gives each write of a response a token that a drain does not cancel.</summary>
/// <param name="aborted">The request's own token: the client left.</param>
/// <param name="ended">The token that the handler sees: <paramref name="aborted"/> or the drain.</param>
/// <param name="drain">The drain.</param>
internal sealed class DrainSafeWrites(CancellationToken aborted, CancellationToken ended, CancellationToken drain)
{
    /// <exception cref="OperationCanceledException">The drain has cancelled <paramref name="callers"/>: nothing was written.</exception>
    public Write Begin(CancellationToken callers)
    {
        if (drain.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            callers.ThrowIfCancellationRequested();
        }

        // The ordinary cases need nothing: no token, or the one that the handler was given.
        if (!callers.CanBeCanceled || callers == ended)
        {
            return new Write(null, default, aborted);
        }

        // A token of the caller's own may be linked to the handler's: it counts unless the drain is why it fired.
        var source = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var registration = callers.UnsafeRegister(
            static state =>
            {
                var (source, drain) = ((CancellationTokenSource, CancellationToken))state!;
                if (!drain.IsCancellationRequested)
                {
                    source.Cancel();
                }
            },
            (source, drain));
        return new Write(source, registration, source.Token);
    }

    internal readonly struct Write(CancellationTokenSource? source, CancellationTokenRegistration registration, CancellationToken token) : IDisposable
    {
        public CancellationToken Token => token;

        public void Dispose()
        {
            registration.Dispose();
            source?.Dispose();
        }
    }
}
