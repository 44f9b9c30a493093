namespace Graceful.Tests;

public class HolderLogTests
{
    private static readonly TrafficItem Request = new(DrainHolderKind.Request, "GET /slow", "1");
    private static readonly TrafficItem Stream = new(DrainHolderKind.Stream, "GET /events", "2");
    private readonly TestClock _clock = new();
    private readonly HolderLog _log;

    public HolderLogTests() => _log = new HolderLog(_clock);

    [Fact]
    public async Task ToList_SeenAndGone_HasFinishedWhenItWasSeenLast()
    {
        await SeenAtAsync(1, Request, Stream);
        await SeenAtAsync(2, Request);

        Assert.Equal(
            [
                new DrainHolder(DrainHolderKind.Request, "GET /slow", TimeSpan.FromSeconds(2), DrainOutcome.Finished),
                new DrainHolder(DrainHolderKind.Stream, "GET /events", TimeSpan.FromSeconds(1), DrainOutcome.Finished),
            ],
            _log.ToList());
    }

    [Fact]
    public async Task ToList_Cut_ComesBeforeWhoStayedLonger()
    {
        await SeenAtAsync(1, Request, Stream);
        _log.Aborted([Stream]);
        await SeenAtAsync(3, Request);

        Assert.Equal([DrainOutcome.Aborted, DrainOutcome.Finished], _log.ToList().Select(h => h.Outcome));
    }

    [Fact]
    public async Task ToList_SeenAgainAfterItWasCut_StaysCut()
    {
        _log.Aborted([Stream]);
        await SeenAtAsync(1, Stream);

        Assert.Equal(new DrainHolder(DrainHolderKind.Stream, "GET /events", TimeSpan.FromSeconds(1), DrainOutcome.Aborted), Assert.Single(_log.ToList()));
    }

    [Fact]
    public async Task ToList_TwoOfOneName_AreTwo()
    {
        await SeenAtAsync(1, Request, Request with { Id = "3" });

        Assert.Equal(2, _log.ToList().Count);
    }

    [Fact]
    public async Task ToList_Many_HasTheTwentyThatStayedLongest()
    {
        for (var i = 0; i < 30; i++)
        {
            await SeenAtAsync(i + 1, Request with { Id = $"{i}" });
        }

        Assert.Equal(Enumerable.Range(11, 20).Reverse().Select(s => TimeSpan.FromSeconds(s)), _log.ToList().Select(h => h.Duration));
    }

    private async Task SeenAtAsync(int second, params TrafficItem[] items)
    {
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(second) - _clock.Now);
        _log.Seen(items);
    }
}
