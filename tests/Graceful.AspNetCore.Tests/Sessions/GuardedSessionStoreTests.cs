using System.Diagnostics.Metrics;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>How long a call may take, and what comes after one that failed.</summary>
public sealed class GuardedSessionStoreTests : IDisposable
{
    private static readonly SessionHandle Session = SessionHandle.Of("one");
    private readonly AskedTime _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private ProbeStore _store;
    private GuardedSessionStore _guarded;

    public GuardedSessionStoreTests()
    {
        _store = new ProbeStore(_time) { EndsWithToken = true };
        _guarded = new GuardedSessionStore(_store, new SessionStateOptions(), new SessionMetrics(_services.GetRequiredService<IMeterFactory>()), _time);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task StoreHangs_AsksAgainForHalfTheTime_ThenFails_AndTheCallIsCancelled(bool commit, bool endsWithToken)
    {
        _store = new ProbeStore(_time) { EndsWithToken = endsWithToken };
        _guarded = new GuardedSessionStore(_store, new SessionStateOptions(), new SessionMetrics(_services.GetRequiredService<IMeterFactory>()), _time);
        _store.Hangs = true;
        Task call = commit ? CommitAsync() : LoadAsync();

        _time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal(1, _store.Calls);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.True(() => _store.Calls == 2, "it is sent again");
        _time.Advance(TimeSpan.FromMilliseconds(124));
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("The store of sessions did not answer in 0.375 s.", (await FailsAsync(call)).Message);
        Assert.True(_store.LastToken.IsCancellationRequested);
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
    public async Task ThreeFailuresInARow_ForAMomentNobodyElseAsks_ThenOneFindsOut()
    {
        _store.Fails = true;
        await FailTimesAsync(3);
        var asked = _store.Calls;

        Assert.Contains("failed a moment ago", (await FailsAsync(LoadAsync())).Message, StringComparison.Ordinal);
        Assert.Equal(asked, _store.Calls);

        (_store.Fails, _store.Hangs) = (false, true);
        _time.Advance(TimeSpan.FromSeconds(1));
        var first = LoadAsync();
        await FailsAsync(LoadAsync());
        Assert.Equal(asked + 1, _store.Calls);

        // One failure more is enough to wait again.
        _time.Advance(TimeSpan.FromMilliseconds(250));
        await Eventually.True(() => _store.Calls == asked + 2, "it is sent again");
        _time.Advance(TimeSpan.FromMilliseconds(125));
        await FailsAsync(first);
        _store.Hangs = false;
        Assert.Contains("failed a moment ago", (await FailsAsync(LoadAsync())).Message, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(1));
        await LoadAsync();
        await LoadAsync();
    }

    /// <summary>A pause of this process is no reason to refuse the requests of a second.</summary>
    [Fact]
    public async Task FailuresWithAnAnswerInBetween_TheNextIsAsked()
    {
        for (var i = 0; i < 3; i++)
        {
            _store.Fails = true;
            await FailTimesAsync(2);
            _store.Fails = false;
            await LoadAsync();
        }
    }

    /// <summary>The store is shut off by a failure that an answer has overtaken: the next answer opens it all the same.</summary>
    [Fact]
    public async Task AnswerWhileTheLastFailureIsCounted_TheStoreIsNotShutForEver()
    {
        _store.Fails = true;
        await FailTimesAsync(2);
        _time.Asked = () =>
        {
            _time.Asked = null;
            _store.Fails = false;
            Assert.True(LoadAsync().IsCompletedSuccessfully);
        };
        await FailTimesAsync(1);
        Assert.Contains("failed a moment ago", (await FailsAsync(LoadAsync())).Message, StringComparison.Ordinal);

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
        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(caller.Token, e.CancellationToken);

        _store.Hangs = false;
        await LoadAsync();
    }

    public void Dispose() => _services.Dispose();

    private async Task FailTimesAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.DoesNotContain("failed a moment ago", (await FailsAsync(LoadAsync())).Message, StringComparison.Ordinal);
        }
    }

    private static Task<SessionStoreException> FailsAsync(Task call) => Assert.ThrowsAsync<SessionStoreException>(() => call);

    private Task<SessionState> LoadAsync() => _guarded.LoadAsync(Session, null, default).AsTask();

    private Task<SessionCommitResult> CommitAsync() => _guarded.CommitAsync(
        Session, new SessionCommit("c1", TimeSpan.FromHours(1)) { Set = new Dictionary<string, ReadOnlyMemory<byte>> { ["a"] = new byte[] { 0, 1 } } }, default).AsTask();

    /// <summary>Tells when it is asked: between a failure and what follows from it.</summary>
    private sealed class AskedTime : FakeTimeProvider
    {
        public Action? Asked { get; set; }

        public override long GetTimestamp()
        {
            Asked?.Invoke();
            return base.GetTimestamp();
        }
    }
}
