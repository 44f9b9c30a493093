namespace Graceful.Tests;

/// <summary>A traffic source is somebody else's code: what it throws must neither stop the exit nor cut what other sources carry.</summary>
public sealed class TrafficSourceFaultTests
{
    private static readonly string[] Calls =
    [
        nameof(ITrafficSource.IsActive), nameof(ITrafficSource.GetSnapshot), nameof(ITrafficSource.BeginLameDuck), nameof(ITrafficSource.CloseIdle),
        nameof(ITrafficSource.BeginDrain), nameof(ITrafficSource.AbortStreams), nameof(ITrafficSource.AbortAll), nameof(ITrafficSource.GetItems),
    ];

    public static TheoryData<string> EveryCall => [.. Calls];

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task Source_Throws_TheExitAndTheOtherSourceGoOnAndTheReportIsLossy(string call)
    {
        var clock = new TestClock();
        var journal = new Journal(clock);
        var healthy = new FakeTraffic(clock, journal);
        using var kit = new DrainKit(clock, [new ThrowingTraffic(call), healthy]);
        var flush = kit.AddParticipant("flush");
        await kit.ReadyForAsync();
        var request = healthy.BeginRequest();
        var stuck = healthy.BeginRequest();

        kit.Leave();
        await clock.AdvanceAsync(TimeSpan.FromSeconds(12));
        Assert.False(request.IsAborted);
        request.End();
        await kit.UntilStoppedAsync();

        Assert.True(stuck.IsAborted);
        Assert.Equal(TimeSpan.FromSeconds(21), journal.At("AbortAll"));
        Assert.Equal(1, flush.Runs);
        Assert.False(kit.Report.IsClean);
        Assert.Contains(kit.Report.Held, h => h.Outcome == DrainOutcome.Failed && h.Name == $"{nameof(ThrowingTraffic)}.{call}");
        Assert.Equal(1, kit.Log.Count("TrafficSourceFailed"));
    }

    private sealed class ThrowingTraffic(string call) : ITrafficSource
    {
        public bool IsActive => May(nameof(IsActive), true);

        public TrafficSnapshot GetSnapshot() => May(nameof(GetSnapshot), default(TrafficSnapshot));

        public void BeginLameDuck(TimeSpan duration) => May(nameof(BeginLameDuck), 0);

        public void CloseIdle(TimeSpan window) => May(nameof(CloseIdle), 0);

        public void BeginDrain() => May(nameof(BeginDrain), 0);

        public IReadOnlyList<TrafficItem> AbortStreams() => May<IReadOnlyList<TrafficItem>>(nameof(AbortStreams), []);

        public IReadOnlyList<TrafficItem> AbortAll() => May<IReadOnlyList<TrafficItem>>(nameof(AbortAll), []);

        public IReadOnlyList<TrafficItem> GetItems() => May<IReadOnlyList<TrafficItem>>(nameof(GetItems), []);

        private T May<T>(string name, T answer) => name == call ? throw new InvalidOperationException("thrown on purpose") : answer;
    }
}
