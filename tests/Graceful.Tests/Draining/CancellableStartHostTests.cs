using Microsoft.Extensions.Hosting;

namespace Graceful.Tests;

/// <summary>What passes for an ordinary end of a start, and what does not.</summary>
public sealed class CancellableStartHostTests : IDisposable
{
    private readonly DrainKit _kit = new();
    private readonly FakeHostLifetime _lifetime = new();
    private readonly CancellationTokenSource _caller = new();

    [Fact]
    public async Task Start_CancelledBecauseOfAStop_Returns()
    {
        _lifetime.StopApplication();

        await Host(start: _ => throw new TaskCanceledException()).StartAsync(_caller.Token);

        Assert.Equal(1, _kit.Log.Count("StartCancelled"));
    }

    [Fact]
    public async Task Start_CancelledByAServiceOfItsOwn_Throws() =>
        await Assert.ThrowsAsync<TaskCanceledException>(() => Host(start: _ => throw new TaskCanceledException()).StartAsync(_caller.Token));

    [Fact]
    public async Task Start_CancelledByItsCallerDuringAStop_Throws()
    {
        _lifetime.StopApplication();
        await _caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Host(start: token => Task.Delay(Timeout.Infinite, token)).StartAsync(_caller.Token));
    }

    [Fact]
    public async Task Start_FailsDuringAStop_Throws()
    {
        _lifetime.StopApplication();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Host(start: _ => throw new InvalidOperationException("thrown on purpose")).StartAsync(_caller.Token));
    }

    /// <summary>Services that start at the same time are cancelled together.</summary>
    [Fact]
    public async Task Start_SeveralCancelledBecauseOfAStop_Returns()
    {
        _lifetime.StopApplication();
        var faults = new AggregateException(new TaskCanceledException(), new AggregateException(new OperationCanceledException()));

        await Host(start: _ => throw faults).StartAsync(_caller.Token);

        Assert.Equal(1, _kit.Log.Count("StartCancelled"));
    }

    [Fact]
    public async Task Start_OneOfSeveralFaultsIsNoCancellation_Throws()
    {
        _lifetime.StopApplication();
        var faults = new AggregateException(new TaskCanceledException(), new InvalidOperationException("thrown on purpose"));

        await Assert.ThrowsAsync<AggregateException>(() => Host(start: _ => throw faults).StartAsync(_caller.Token));
    }

    [Fact]
    public async Task Stop_ThirdSignal_HostedServicesGetNoMoreThanTheLeastTime()
    {
        var limit = CancellationToken.None;
        var stop = Host(stop: token => Task.Delay(Timeout.Infinite, limit = token)).StopAsync(_caller.Token);

        for (var signal = 0; signal < 3; signal++)
        {
            _kit.Signal();
            Assert.False(limit.IsCancellationRequested, "they get that time");
            await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stop.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.False(_caller.IsCancellationRequested);
    }

    /// <summary>The container behind it may hold what can only be disposed asynchronously.</summary>
    [Fact]
    public async Task Dispose_IsThatOfTheHost_AsynchronousWhereItCan()
    {
        var (plain, asynchronous) = (new InnerHost(null, null), new AsyncHost());

        await Around(plain).DisposeAsync();
        await Around(asynchronous).DisposeAsync();

        Assert.Equal((1, 0, 1), (plain.Disposed, asynchronous.Disposed, asynchronous.DisposedAsynchronously));
    }

    public void Dispose()
    {
        _kit.Dispose();
        _lifetime.Dispose();
        _caller.Dispose();
    }

    private CancellableStartHost Host(Func<CancellationToken, Task>? start = null, Func<CancellationToken, Task>? stop = null) =>
        Around(new InnerHost(start, stop));

    private CancellableStartHost Around(IHost inner) => new(inner, _kit.Coordinator, _lifetime, _kit.Log.Create<CancellableStartHost>());

    private class InnerHost(Func<CancellationToken, Task>? start, Func<CancellationToken, Task>? stop) : IHost
    {
        public IServiceProvider Services => throw new NotSupportedException();

        public async Task StartAsync(CancellationToken cancellationToken) => await (start?.Invoke(cancellationToken) ?? Task.CompletedTask);

        public async Task StopAsync(CancellationToken cancellationToken) => await (stop?.Invoke(cancellationToken) ?? Task.CompletedTask);

        public int Disposed { get; private set; }

        public void Dispose() => Disposed++;
    }

    private sealed class AsyncHost() : InnerHost(null, null), IAsyncDisposable
    {
        public int DisposedAsynchronously { get; private set; }

        public ValueTask DisposeAsync()
        {
            DisposedAsynchronously++;
            return ValueTask.CompletedTask;
        }
    }
}
