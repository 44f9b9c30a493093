using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>What a drain's cancellation does not reach, and what every other one does.</summary>
public sealed class DrainSafeTests : IDisposable
{
    private readonly CancellationTokenSource _aborted = new();
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _ended;
    private readonly DrainSafeWrites _writes;

    public DrainSafeTests()
    {
        _ended = CancellationTokenSource.CreateLinkedTokenSource(_aborted.Token);
        _writes = new DrainSafeWrites(_aborted.Token, _ended.Token, _drain.Token);
    }

    public void Dispose()
    {
        _aborted.Dispose();
        _drain.Dispose();
        _ended.Dispose();
    }

    [Fact]
    public void Write_WithTheHandlersToken_IsCancelledWithTheRequestOnly()
    {
        using var write = _writes.Begin(_ended.Token);
        _drain.Cancel();
        _ended.Cancel();
        Assert.False(write.Token.IsCancellationRequested);

        _aborted.Cancel();
        Assert.True(write.Token.IsCancellationRequested);
    }

    [Fact]
    public void Write_WithATokenOfTheCallers_IsCancelledByItUnlessTheDrainIsWhy()
    {
        using var own = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        using var write = _writes.Begin(own.Token);
        _drain.Cancel();
        _ended.Cancel();

        Assert.False(write.Token.IsCancellationRequested);
    }

    [Fact]
    public void Write_WithATokenOfTheCallers_TimesOut()
    {
        using var own = new CancellationTokenSource();
        using var write = _writes.Begin(own.Token);
        own.Cancel();

        Assert.True(write.Token.IsCancellationRequested);
    }

    [Fact]
    public void Write_WithATokenOfTheCallers_IsCancelledWithTheRequest()
    {
        using var own = new CancellationTokenSource();
        using var write = _writes.Begin(own.Token);
        _aborted.Cancel();

        Assert.True(write.Token.IsCancellationRequested);
    }

    [Fact]
    public void NextWrite_AfterTheDrainHasEndedTheHandler_IsNotBegun()
    {
        _drain.Cancel();
        _ended.Cancel();

        Assert.Throws<OperationCanceledException>(() => _writes.Begin(_ended.Token));
        _writes.Begin(default).Dispose();
    }

    /// <summary>The client left: that is for Kestrel to say, as ever.</summary>
    [Fact]
    public void NextWrite_AfterTheRequestWasAborted_IsBegunAndCancelled()
    {
        _drain.Cancel();
        _aborted.Cancel();
        using var write = _writes.Begin(_ended.Token);

        Assert.True(write.Token.IsCancellationRequested);
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public void Reset_InADrain_OnlyWhenTheRequestWasAborted(bool drains, bool isAborted, bool resets)
    {
        var inner = new Resets();
        using var aborted = new CancellationTokenSource();
        if (drains)
        {
            _drain.Cancel();
        }

        if (isAborted)
        {
            aborted.Cancel();
        }

        new DrainSafeReset(inner, aborted.Token, _drain.Token).Reset(8);

        Assert.Equal(resets ? [8] : [], inner.Codes);
    }

    private sealed class Resets : IHttpResetFeature
    {
        public List<int> Codes { get; } = [];

        public void Reset(int errorCode) => Codes.Add(errorCode);
    }
}
