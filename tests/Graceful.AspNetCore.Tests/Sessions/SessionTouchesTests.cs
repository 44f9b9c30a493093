using System.Diagnostics.Metrics;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>How sessions that are used without being written stay alive.</summary>
public sealed class SessionTouchesTests : IDisposable
{
    private static readonly SessionHandle One = SessionHandle.Of("one");
    private static readonly SessionHandle Two = SessionHandle.Of("two");
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(20);
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly SessionStateOptions _options = new();
    private readonly ProbeStore _store;
    private readonly SessionTouches _touches;

    public SessionTouchesTests()
    {
        _store = new ProbeStore(_time);
        var guarded = new GuardedSessionStore(_store, _options, new SessionMetrics(_services.GetRequiredService<IMeterFactory>()), _time);
        _touches = new SessionTouches(guarded, new GuardedBlobStore(guarded, _store), _options, _time, NullLogger<SessionTouches>.Instance);
    }

    [Fact]
    public async Task Used_ManyTimes_IsSentOnceInTheInterval_AndTogether()
    {
        for (var i = 0; i < 100; i++)
        {
            _touches.Used(One, Life);
            _touches.Used(Two, Life);
        }

        Assert.Equal(0, _store.Touched);
        await TouchedAsync(2);
        for (var second = 2; second < 59; second++)
        {
            _touches.Used(One, Life);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, _store.Touched);
        _time.Advance(TimeSpan.FromSeconds(2));
        _touches.Used(One, Life);
        await TouchedAsync(3);
    }

    [Fact]
    public async Task Used_AfterACommit_IsNotSent()
    {
        _touches.Committed(One);
        _touches.Used(One, Life);
        _touches.Used(Two, Life);

        await TouchedAsync(1);
    }

    [Fact]
    public async Task Drain_SendsWhatIsPending()
    {
        _touches.Used(One, Life);

        await _touches.DrainAsync(default);

        Assert.Equal(1, _store.Touched);
        await _touches.DrainAsync(default);
        Assert.Equal(1, _store.Touched);
    }

    [Fact]
    public async Task Used_IsProlongedByItsLife_ButNotBeyondItsAbsoluteOne()
    {
        _options.AbsoluteTimeout = TimeSpan.FromHours(8);
        _touches.Used(One, Life);

        await _touches.DrainAsync(default);

        Assert.Equal(new SessionTouch(One, Life, TimeSpan.FromHours(8)), Assert.Single(_store.Touches));
    }

    /// <summary>So many sessions as are remembered at most: the next one is left alone until some of them are past, and the memory is not.</summary>
    [Fact]
    public async Task Used_ByVeryMany_IsRememberedUpToALimit()
    {
        for (var i = 0; i < 100_000; i++)
        {
            _touches.Committed(SessionHandle.Of($"{i}"));
        }

        _touches.Used(One, Life);
        await _touches.DrainAsync(default);
        Assert.Equal(0, _store.Touched);

        _time.Advance(_options.TouchInterval);
        _touches.Used(One, Life);
        await _touches.DrainAsync(default);
        Assert.Equal(1, _store.Touched);
    }

    [Fact]
    public async Task Store_Fails_TheNextUseTriesAgain()
    {
        _store.TouchFails = true;
        _touches.Used(One, Life);
        await _touches.DrainAsync(default);
        _store.TouchFails = false;
        _time.Advance(TimeSpan.FromSeconds(2));

        _touches.Used(One, Life);
        await _touches.DrainAsync(default);

        Assert.Equal(1, _store.Touched);
    }

    [Fact]
    public async Task Touched_Session_LivesOn_AndAnotherDoesNot()
    {
        await _store.WriteAsync(One, "a", [0, 1]);
        await _store.WriteAsync(Two, "a", [0, 1]);
        _time.Advance(TimeSpan.FromMinutes(59));
        _touches.Used(One, TimeSpan.FromHours(1));
        await _touches.DrainAsync(default);

        _time.Advance(TimeSpan.FromMinutes(30));

        Assert.Single(await _store.EntriesAsync(One));
        Assert.Empty(await _store.EntriesAsync(Two));
    }

    public void Dispose() => _services.Dispose();

    private async Task TouchedAsync(int count)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.True(() => _store.Touched == count, $"{count} touches were sent");
    }
}
