using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>What the decorated server tells the traffic source, and how long its stop may take, on a clock that stands still until it is told otherwise.</summary>
public sealed class TrackingServerTests : IDisposable
{
    private readonly FakeTraffic _traffic = new();
    private readonly Server _inner = new();
    private readonly Clock _drain = new();

    public TrackingServerTests() => _traffic.Source.ListenerStopping();

    public void Dispose() => _traffic.Dispose();

    [Theory]
    [InlineData(20, false, 1)]
    [InlineData(2, false, 0.5)]
    [InlineData(0.4, false, 0.25)]
    [InlineData(-5, false, 0.25)]
    [InlineData(20, true, 0.25)]
    public async Task Stop_TheServerGetsAQuarterOfWhatIsLeft_ASecondAtMost(double left, bool hasCut, double share)
    {
        if (hasCut)
        {
            _traffic.Connect();
            _traffic.Source.AbortAll();
        }

        _drain.Deadline = _traffic.Time.GetUtcNow() + TimeSpan.FromSeconds(left);
        await using var server = Create();
        var stop = server.StopAsync(default);
        _traffic.Time.Advance(TimeSpan.FromSeconds(share) - TimeSpan.FromMilliseconds(1));
        Assert.False(_inner.StopToken.IsCancellationRequested);
        _traffic.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(_inner.StopToken.IsCancellationRequested);
        _inner.Stopped.SetResult();
        await stop;
    }

    /// <summary>A host that is disposed without a stop, or one that failed to start, has no drain.</summary>
    [Fact]
    public async Task Stop_WithoutADrain_TheHostsTimeoutDecides()
    {
        await using var server = Create();
        using var timeout = new CancellationTokenSource();
        var stop = server.StopAsync(timeout.Token);
        _traffic.Time.Advance(TimeSpan.FromHours(1));
        Assert.False(_inner.StopToken.IsCancellationRequested);
        await timeout.CancelAsync();

        Assert.True(_inner.StopToken.IsCancellationRequested);
        _inner.Stopped.SetResult();
        await stop;
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("dispose")]
    [InlineData("dispose, not in turn")]
    public async Task Source_IsActiveWhileTheListenerIsBound(string end)
    {
        var server = Create();
        Assert.False(_traffic.Source.IsActive);
        await server.StartAsync(new NoApplication(), default);
        Assert.True(_traffic.Source.IsActive);

        _inner.Stopped.SetResult();
        switch (end)
        {
            case "stop":
                await server.StopAsync(default);
                break;
            case "dispose":
                await server.DisposeAsync();
                Assert.True(_inner.IsDisposed);
                break;
            default:
                server.Dispose();
                Assert.True(_inner.IsDisposed);
                break;
        }

        Assert.False(_traffic.Source.IsActive);
    }

    [Fact]
    public async Task Dispose_OfAServerThatCanDoItInTurn_DoesSo()
    {
        var inner = new TurnServer();
        await new TrackingServer(inner, _traffic.Source, _drain, _traffic.Time).DisposeAsync();

        Assert.True(inner.IsDisposedInTurn);
        Assert.False(inner.IsDisposed);
    }

    [Fact]
    public async Task Start_ThatFails_FailsWithItsOwnException()
    {
        await using var server = Create();
        _inner.StartFault = new IOException("the port is in use");

        Assert.Same(_inner.StartFault, await Assert.ThrowsAsync<IOException>(() => server.StartAsync(new NoApplication(), default)));
        Assert.False(_traffic.Source.IsActive);
    }

    private TrackingServer Create() => new(_inner, _traffic.Source, _drain, _traffic.Time);

    private sealed class Clock : IDrainCoordinator
    {
        public InstancePhase Phase => InstancePhase.Draining;

        public CancellationToken DrainStarted => default;

        public DateTimeOffset? Deadline { get; set; }

        public Task<DrainReport> DrainAsync(string reason, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IDisposable TrackWork(string name) => throw new NotSupportedException();
    }

    private class Server : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Exception? StartFault { get; set; }

        public CancellationToken StopToken { get; private set; }

        public TaskCompletionSource Stopped { get; } = new();

        public bool IsDisposed { get; private set; }

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => StartFault is { } fault ? Task.FromException(fault) : Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            StopToken = cancellationToken;
            return Stopped.Task;
        }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class TurnServer : Server, IAsyncDisposable
    {
        public bool IsDisposedInTurn { get; private set; }

        public ValueTask DisposeAsync()
        {
            IsDisposedInTurn = true;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class NoApplication : IHttpApplication<object>
    {
        public object CreateContext(IFeatureCollection contextFeatures) => throw new NotSupportedException();

        public Task ProcessRequestAsync(object context) => throw new NotSupportedException();

        public void DisposeContext(object context, Exception? exception) => throw new NotSupportedException();
    }
}
