using System.Globalization;

namespace Graceful.Tests;

/// <summary>The line that people grep for and that tools read: a change of it is a change of a contract.</summary>
public class DrainReportTextTests
{
    private static readonly DrainReport Sample = new()
    {
        Reason = "SIGTERM",
        StartedAt = DateTimeOffset.UnixEpoch,
        Total = TimeSpan.FromSeconds(6.213),
        LameDuck = TimeSpan.FromSeconds(5.001),
        Draining = TimeSpan.FromSeconds(0.21),
        Flushing = TimeSpan.FromMilliseconds(2),
        UnusedBudget = TimeSpan.FromSeconds(18.787),
        RequestsAtStart = 3,
        ConnectionsAtStart = 12,
        LateArrivals = 123,
        Held = [new DrainHolder(DrainHolderKind.Request, "GET /api/slow", TimeSpan.FromSeconds(2.1), DrainOutcome.Finished)],
    };

    [Fact]
    public void Format_ACleanDrain_IsThisLine() => Assert.Equal(
        "Graceful drain report: reason=SIGTERM outcome=clean total=6.213s lameDuck=5.001s draining=0.210s flushing=0.002s unused=18.787s " +
        "earlyExit=false requestsAtStart=3 connectionsAtStart=12 lateArrivals=123 requestsAborted=0 streamsAborted=0 connectionsAborted=0 " +
        "held=[request GET /api/slow 2.1s]",
        DrainReportText.Format(Sample));

    [Fact]
    public void Format_ALossyDrain_IsThisLine() => Assert.Equal(
        "Graceful drain report: reason=SIGTERM outcome=lossy total=6.213s lameDuck=5.001s draining=0.210s flushing=0.002s unused=-0.500s " +
        "earlyExit=true requestsAtStart=3 connectionsAtStart=12 lateArrivals=123 requestsAborted=2 streamsAborted=1 connectionsAborted=4 " +
        "held=[participant outbox 5.0s timed out; participant lease 0.0s failed; work order 17 21.0s aborted; stream GET /events 5.0s aborted; " +
        "connection 127.0.0.1:50000 5.0s aborted]",
        DrainReportText.Format(Sample with
        {
            EarlyExit = true,
            UnusedBudget = TimeSpan.FromSeconds(-0.5),
            RequestsAborted = 2,
            StreamsAborted = 1,
            ConnectionsAborted = 4,
            Held =
            [
                new DrainHolder(DrainHolderKind.Participant, "outbox", TimeSpan.FromSeconds(5), DrainOutcome.TimedOut),
                new DrainHolder(DrainHolderKind.Participant, "lease", TimeSpan.Zero, DrainOutcome.Failed),
                new DrainHolder(DrainHolderKind.Work, "order 17", TimeSpan.FromSeconds(21), DrainOutcome.Aborted),
                new DrainHolder(DrainHolderKind.Stream, "GET /events", TimeSpan.FromSeconds(5), DrainOutcome.Aborted),
                new DrainHolder(DrainHolderKind.Connection, "127.0.0.1:50000", TimeSpan.FromSeconds(5), DrainOutcome.Aborted),
            ],
        }));

    [Fact]
    public void Format_NobodyHeldItUp_EndsWithAnEmptyList() => Assert.EndsWith(" held=[]", DrainReportText.Format(Sample with { Held = [] }), StringComparison.Ordinal);

    [Fact]
    public void Format_UnderACultureWithADecimalComma_IsTheSame()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            Assert.Contains("total=6.213s", DrainReportText.Format(Sample), StringComparison.Ordinal);
            Assert.Contains("GET /api/slow 2.1s", DrainReportText.Format(Sample), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Format_IsOneLine() => Assert.DoesNotContain('\n', DrainReportText.Format(Sample with { Reason = "a\nb" }));
}
