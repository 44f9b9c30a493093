using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>All traffic sources as one. One that throws counts as empty and stops none of the others; its fault makes the report lossy.</summary>
internal sealed partial class TrafficSources(IEnumerable<ITrafficSource> sources, ILogger<TrafficSources> logger)
{
    private readonly ITrafficSource[] _sources = [.. sources];
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);

    public bool IsActive => All(s => s.IsActive, nameof(IsActive)).Any(active => active);

    /// <summary>The sources that failed so far.</summary>
    public IReadOnlyList<DrainHolder> Faults
    {
        get
        {
            lock (_failed)
            {
                return [.. _failed.Select(f => new DrainHolder(DrainHolderKind.Participant, f, TimeSpan.Zero, DrainOutcome.Failed))];
            }
        }
    }

    public TrafficSnapshot GetSnapshot()
    {
        var sum = default(TrafficSnapshot);
        foreach (var one in All(s => s.GetSnapshot(), nameof(GetSnapshot)))
        {
            sum = new TrafficSnapshot(
                sum.Requests + one.Requests,
                sum.Streams + one.Streams,
                sum.Connections + one.Connections,
                Math.Max(sum.LastArrival, one.LastArrival),
                sum.TotalRequests + one.TotalRequests);
        }

        return sum;
    }

    public void BeginLameDuck(TimeSpan duration) => Each(s => s.BeginLameDuck(duration), nameof(BeginLameDuck));

    public void CloseIdle(TimeSpan window) => Each(s => s.CloseIdle(window), nameof(CloseIdle));

    public void BeginDrain() => Each(s => s.BeginDrain(), nameof(BeginDrain));

    public List<TrafficItem> AbortStreams() => [.. All(s => s.AbortStreams(), nameof(AbortStreams)).SelectMany(i => i)];

    public List<TrafficItem> AbortAll() => [.. All(s => s.AbortAll(), nameof(AbortAll)).SelectMany(i => i)];

    public List<TrafficItem> GetItems() => [.. All(s => s.GetItems(), nameof(GetItems)).SelectMany(i => i)];

    private void Each(Action<ITrafficSource> call, string name) => All(
        source =>
        {
            call(source);
            return true;
        },
        name);

    private List<T> All<T>(Func<ITrafficSource, T> call, string name)
    {
        var results = new List<T>(_sources.Length);
        foreach (var source in _sources)
        {
            try
            {
                results.Add(call(source));
            }
            catch (Exception exception)
            {
                Failed(source, name, exception);
            }
        }

        return results;
    }

    private void Failed(ITrafficSource source, string call, Exception exception)
    {
        var name = $"{source.GetType().Name}.{call}";
        lock (_failed)
        {
            // Once: a snapshot is asked for forty times a second.
            if (!_failed.Add(name))
            {
                return;
            }
        }

        Log.Failed(logger, exception, name);
    }

    private static partial class Log
    {
        [LoggerMessage(129, LogLevel.Error, "The traffic source {Source} failed; it counts as empty, the others go on", EventName = "TrafficSourceFailed")]
        public static partial void Failed(ILogger logger, Exception exception, string source);
    }
}
