using System.Diagnostics.Metrics;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>How long a call may take, and what comes after one that failed.</summary>
public sealed class GuardedSessionStoreTests : IDisposable
{
    private static readonly SessionHandle Session = SessionHandle.Of("one");
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ProbeStore _store;
    private readonly GuardedSessionStore _guarded;

    public GuardedSessionStoreTests()
    {
        _store = new ProbeStore(_time);
        _guarded = new GuardedSessionStore(_store, new SessionStateOptions(), new SessionMetrics(_services.GetRequiredService<IMeterFactory>()), _time);
    }

    [Fact]
    public async Task Load_StoreHangs_FailsAfterItsTime_AndTheCallIsCancelled()
    {
        _store.Hangs = true;
        var load = LoadAsync();

        _time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.False(load.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("The store of sessions did not answer in 0.25 s.", (await FailsAsync(load)).Message);
        Assert.True(_store.LastToken.IsCancellationRequested);
    }

    [Fact]
    public async Task Commit_StoreHangs_IsSentAgainForHalfTheTime_ThenFails()
    {
        _store.Hangs = true;
        var commit = CommitAsync();

        _time.Advance(TimeSpan.FromMilliseconds(250));
        await Eventually.True(() => _store.Calls == 2, "it is sent again");
        Assert.False(commit.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(125));

        await FailsAsync(commit);
    }

    [Fact]
    public async Task Commit_TheAnswerIsLost_IsSentAgain_AndCountsOnce()
    {
        _store.LosesAnswers = 1;

        var result = await CommitAsync();

        Assert.Equal((SessionCommitOutcome.Committed, 2), (result.Outcome, _store.Calls));
        Assert.Equal(result.Revision, (await _guarded.LoadAsync(Session, null, default)).Revision);
    }

    [Fact]
    public async Task Failure_ForAMomentNobodyElseAsks_ThenOneFindsOut()
    {
        _store.Fails = true;
        await FailsAsync(LoadAsync());

        Assert.Contains("failed a moment ago", (await FailsAsync(LoadAsync())).Message, StringComparison.Ordinal);
        Assert.Equal(1, _store.Calls);

        (_store.Fails, _store.Hangs) = (false, true);
        _time.Advance(TimeSpan.FromSeconds(1));
        var first = LoadAsync();
        await FailsAsync(LoadAsync());
        Assert.Equal(2, _store.Calls);

        _time.Advance(TimeSpan.FromMilliseconds(250));
        await FailsAsync(first);
        _store.Hangs = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        await LoadAsync();
        await LoadAsync();
    }

    [Fact]
    public async Task Caller_Cancels_IsNoFailureOfTheStore()
    {
        _store.Hangs = true;
        using var caller = new CancellationTokenSource();
        var load = _guarded.LoadAsync(Session, null, caller.Token).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);

        _store.Hangs = false;
        await LoadAsync();
    }

    public void Dispose() => _services.Dispose();

    private static Task<SessionStoreException> FailsAsync(Task call) => Assert.ThrowsAsync<SessionStoreException>(() => call);

    private Task<SessionState> LoadAsync() => _guarded.LoadAsync(Session, null, default).AsTask();

    private Task<SessionCommitResult> CommitAsync() => _guarded.CommitAsync(
        Session, new SessionCommit("c1", TimeSpan.FromHours(1)) { Set = new Dictionary<string, ReadOnlyMemory<byte>> { ["a"] = new byte[] { 0, 1 } } }, default).AsTask();
}
