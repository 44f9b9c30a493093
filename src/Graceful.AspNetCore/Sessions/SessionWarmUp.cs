namespace Graceful;

/// <summary>
/// Before this instance is ready: a session of its own is written, read and ended. The first call of a process connects, loads scripts and is compiled, which takes longer than a request may wait for its
/// session; and an instance that cannot reach the store would answer 503 where another may not.
/// </summary>
internal sealed class SessionWarmUp(ISessionStateStore store, SessionStateOptions options) : IWarmUpTask
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    public string Name => "sessions";

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        var session = SessionHandle.Of(SessionIdentity.NewKey());
        var commit = new SessionCommit(SessionExchange.NewId(), Life) { Set = new Dictionary<string, ReadOnlyMemory<byte>> { ["graceful:warm-up"] = EntryCodec.EncodeRaw([]) } };
        try
        {
            await store.CommitAsync(session, commit, cancellationToken).ConfigureAwait(false);
            await store.LoadAsync(session, null, cancellationToken).ConfigureAwait(false);
            await store.EndAsync(session, Life, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionStoreException) when (options.OnUnavailable == SessionFailure.Degrade)
        {
            // Served without sessions is better than not at all: so the application has said.
        }
    }
}
