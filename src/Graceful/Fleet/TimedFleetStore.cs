namespace Graceful;

/// <summary>The store, but a call that takes longer than a renewal's interval has failed: the next one must not wait behind it.</summary>
internal sealed class TimedFleetStore(IFleetStore inner, FleetOptions options, TimeProvider time)
{
    public Task<BeatReply> BeatAsync(FleetBeat beat) => LimitAsync(t => inner.BeatAsync(beat, t), options.RenewInterval, CancellationToken.None);

    public Task<RenewalReply> RenewAsync(string id, long leaseEnds) => LimitAsync(t => inner.RenewAsync(id, leaseEnds, t), options.RenewInterval, CancellationToken.None);

    public Task LeaveAsync(string id, TimeSpan limit) => LimitAsync(
        async t =>
        {
            await inner.LeaveAsync(id, t).ConfigureAwait(false);
            return true;
        },
        limit,
        CancellationToken.None);

    public Task<FleetCensus> TakeCensusAsync(CancellationToken cancellationToken = default) =>
        LimitAsync(inner.TakeCensusAsync, options.RenewInterval, cancellationToken);

    public Task<bool> TryReplaceAsync(FleetCensus census, FleetState next, CancellationToken cancellationToken = default) =>
        LimitAsync(t => inner.TryReplaceAsync(census, next, t), options.RenewInterval, cancellationToken);

    public Task<IReadOnlyList<FleetRecord>> ReadMembersAsync(CancellationToken cancellationToken = default) =>
        LimitAsync(inner.ReadMembersAsync, options.RenewInterval, cancellationToken);

    public IDisposable OnChanged(Action callback) => inner.OnChanged(callback);

    private async Task<T> LimitAsync<T>(Func<CancellationToken, ValueTask<T>> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // WaitAsync as well: a store may not heed its token.
            return await call(either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The fleet's store did not answer within {limit}.");
        }
    }
}
