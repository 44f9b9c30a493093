using Microsoft.Extensions.Time.Testing;

namespace Graceful.Tests;

/// <summary>The suite in memory, where time is ours.</summary>
public sealed class InMemorySessionStateStoreTests : SessionStateStoreTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly InMemorySessionStateStore _store;

    public InMemorySessionStateStoreTests() => _store = new InMemorySessionStateStore(_time);

    protected override ISessionStateStore Store => _store;

    protected override ISessionStateStore Another => _store;

    protected override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Session_AsLongAsThereIsTime_IsTaken()
    {
        var session = NewSession();
        await _store.CommitAsync(session, Commit(TimeSpan.MaxValue) with { AbsoluteTimeToLive = TimeSpan.MaxValue }, default);
        _time.Advance(TimeSpan.FromDays(1000));
        await _store.TouchAsync([new SessionTouch(session, TimeSpan.MaxValue, null)], default);

        Assert.True((await _store.LoadAsync(session, null, default)).Exists);
        await _store.EndAsync(session, TimeSpan.MaxValue, default);
        Assert.True((await _store.LoadAsync(session, null, default)).HasEnded);
    }

    [Fact]
    public async Task Expired_IsForgotten_ThoughNobodyAsksForIt()
    {
        var (gone, stays) = (NewSession(), NewSession());
        await _store.CommitAsync(gone, Commit(TimeSpan.FromMinutes(1)), default);
        await _store.BindAsync("gone", gone, TimeSpan.FromMinutes(1), default);
        await _store.CommitAsync(stays, Commit(TimeSpan.FromHours(1)), default);
        await _store.BindAsync("stays", stays, TimeSpan.FromHours(1), default);

        _time.Advance(TimeSpan.FromMinutes(1));
        await _store.CommitAsync(stays, Commit(TimeSpan.FromHours(1)), default);

        Assert.Equal((1, 1), _store.Remembered);
    }

    [Fact]
    public async Task Note_ThatIsTheLastOfItsUser_LeavesNothing()
    {
        var session = NewSession();
        await _store.BindAsync("ada", session, TimeSpan.FromHours(1), default);
        await _store.UnbindAsync("ada", session, default);

        Assert.Equal((0, 0), _store.Remembered);
    }

    [Fact]
    public async Task Session_ThatExpiredAndIsWrittenAgain_TakesNoNewEntryForAnOldOne()
    {
        // An older one, whose revisions are lower, is written in between.
        var (session, other) = (NewSession(), NewSession());
        await _store.CommitAsync(other, Commit(), default);
        await _store.CommitAsync(session, Set(("a", "1")), default);
        var old = await _store.CommitAsync(session, Set(("a", "2")) with { TimeToLive = TimeSpan.FromSeconds(1) }, default);
        await _store.CommitAsync(other, Commit(), default);
        _time.Advance(TimeSpan.FromSeconds(1));

        var anew = await _store.CommitAsync(session, Set(("a", "3")), default);

        Assert.True(anew.Revision > old.Revision, $"{anew.Revision} after {old.Revision}");
        var swap = Set(("a", "4")) with { Expect = new Dictionary<string, long> { ["a"] = old.Revision } };
        Assert.Equal(SessionCommitOutcome.Conflict, (await _store.CommitAsync(session, swap, default)).Outcome);
    }
}
