namespace Graceful.Benchmarks;

/// <summary>A store whose announcements never arrive: pub/sub is cut, everything else works.</summary>
internal sealed class DeafFleetStore(IFleetStore inner) : IFleetStore
{
    public ValueTask<BeatReply> BeatAsync(FleetBeat beat, CancellationToken cancellationToken) => inner.BeatAsync(beat, cancellationToken);

    public ValueTask<RenewalReply> RenewAsync(string id, long leaseEnds, CancellationToken cancellationToken) => inner.RenewAsync(id, leaseEnds, cancellationToken);

    public ValueTask LeaveAsync(string id, CancellationToken cancellationToken) => inner.LeaveAsync(id, cancellationToken);

    public ValueTask<FleetCensus> TakeCensusAsync(CancellationToken cancellationToken) => inner.TakeCensusAsync(cancellationToken);

    public ValueTask<bool> TryReplaceAsync(FleetCensus census, FleetState replacement, CancellationToken cancellationToken) => inner.TryReplaceAsync(census, replacement, cancellationToken);

    public ValueTask<IReadOnlyList<FleetRecord>> ReadMembersAsync(CancellationToken cancellationToken) => inner.ReadMembersAsync(cancellationToken);

    public IDisposable OnChanged(Action callback) => new CancellationTokenSource();
}
