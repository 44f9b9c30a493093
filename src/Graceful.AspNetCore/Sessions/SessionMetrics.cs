using System.Diagnostics.Metrics;

namespace Graceful;

/// <summary>The instruments of sessions, on the meter <c>Graceful</c>.</summary>
internal sealed class SessionMetrics(IMeterFactory meters)
{
    // Not with the first object that counts something: that is on the way to the first request.
    private readonly Lazy<Instruments> _instruments = new(() => new Instruments(meters.Create("Graceful")));

    public void Commit(SessionCommitOutcome outcome) => _instruments.Value.Commits.Add(1, new KeyValuePair<string, object?>("graceful.outcome", outcome switch
    {
        SessionCommitOutcome.Committed => "committed",
        SessionCommitOutcome.Conflict => "conflict",
        SessionCommitOutcome.Cleared => "cleared",
        _ => "ended",
    }));

    /// <param name="operation"><c>load</c>, <c>commit</c>, <c>touch</c>, <c>end</c>, <c>user</c> or <c>move</c>.</param>
    public void Failed(string operation) => _instruments.Value.Failures.Add(1, new KeyValuePair<string, object?>("graceful.operation", operation));

    /// <param name="reason"><c>cookie</c>, <c>entry</c>, <c>session</c>, <c>size</c>, or <c>degraded</c> for a write that is lost.</param>
    public void Refused(string reason) => _instruments.Value.Refused.Add(1, new KeyValuePair<string, object?>("graceful.reason", reason));

    /// <summary>A session has arrived from the old place.</summary>
    public void Moved() => _instruments.Value.Moved.Add(1);

    private sealed class Instruments(Meter meter)
    {
        public Counter<long> Commits { get; } = meter.CreateCounter<long>("graceful.session.commits", "{commit}", "Commits of sessions that the store answered, by outcome; cleared and ended ones were dropped.");

        public Counter<long> Failures { get; } = meter.CreateCounter<long>("graceful.session.failures", "{call}", "Calls that the store of sessions did not answer, by operation.");

        public Counter<long> Moved { get; } = meter.CreateCounter<long>("graceful.session.moved", "{session}", "Sessions that were moved from ASP.NET Core's own session.");

        public Counter<long> Refused { get; } = meter.CreateCounter<long>("graceful.session.refused", "{item}", "Cookies, entries and writes that were refused, by reason.");
    }
}
