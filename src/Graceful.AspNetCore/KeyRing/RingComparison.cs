using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>
/// Finds instances of the fleet that use another ring. A key that was just made is known to some a little earlier than to others: it is told when the same difference has lasted so long that each has
/// compared its ring with the store's, and has told the fleet.
/// </summary>
internal sealed partial class RingComparison(RingIdentity identity, GracefulOptions graceful, IOptions<KeyRingOptions> options, IServiceProvider services, TimeProvider time, ILogger<RingComparison> logger)
{
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private Dictionary<string, Difference> _known = [];

    private TimeSpan Patience => options.Value.CheckInterval + graceful.Fleet.LeaseDuration;

    /// <summary>One look. Nothing is told while the fleet's store does not answer.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (identity.Hash is not { } ours || services.GetService<IFleet>() is not { } fleet)
        {
            return;
        }

        IReadOnlyList<FleetMember> members;
        try
        {
            members = await fleet.GetMembersAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The renewals of this instance tell of it.
            return;
        }

        var now = time.GetTimestamp();
        var known = new Dictionary<string, Difference>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            if (member.KeyRing is not { } theirs || theirs == ours)
            {
                continue;
            }

            var since = _known.TryGetValue(member.Id, out var before) && (before.Ours, before.Theirs) == (ours, theirs) ? before.Since : now;
            known[member.Id] = new Difference(ours, theirs, since);
            if (time.GetElapsedTime(since, now) >= Patience && _told.Add(theirs))
            {
                LogDiffers(logger, member.Version, member.Host, member.Id, theirs, ours);
            }
        }

        // A ring is told of once, by one of those that use it, and again when it is back.
        _told.IntersectWith(known.Values.Select(d => d.Theirs));
        _known = known;
    }

    [LoggerMessage(
        267, LogLevel.Warning, "The instance {Instance} (version {Version} on {Host}) uses another key ring ({Theirs}) than this one ({Ours}): one may not read what the other protects, such as its cookies. All need the same keys and the same application name", EventName = "KeyRingDiffers")]
    private static partial void LogDiffers(ILogger logger, string version, string host, string instance, string theirs, string ours);

    private readonly record struct Difference(string Ours, string Theirs, long Since);
}
