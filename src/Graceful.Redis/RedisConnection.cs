using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Graceful;

/// <summary>
/// The one connection to Redis of a process. Made when it is first needed; a Redis that is down makes it late, never impossible: the multiplexer goes on trying in the background,
/// and a factory that throws is called again by whoever comes next.
/// </summary>
internal sealed partial class RedisConnection(IOptions<RedisOptions> options, ILogger<RedisConnection> logger) : IDisposable, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<IConnectionMultiplexer>? _connecting;
    private RedisPipeline? _pipeline;
    private bool _disposed;

    /// <summary>A connection has come back: what was known of the server may not be true any more.</summary>
    public event Action? Restored;

    /// <summary>How commands are sent that many send at once.</summary>
    public RedisPipeline Pipeline => _pipeline ?? Interlocked.CompareExchange(ref _pipeline, new RedisPipeline(this), null) ?? _pipeline;

    public string Prefix => options.Value.InstanceName ?? "";

    public async ValueTask<IConnectionMultiplexer> GetAsync(CancellationToken cancellationToken)
    {
        Task<IConnectionMultiplexer> connecting;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connecting is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _connecting = ConnectAsync();
            }

            connecting = _connecting;
        }

        return connecting.IsCompletedSuccessfully ? connecting.Result : await connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        if (End() is { IsCompletedSuccessfully: true } connected)
        {
            connected.Result.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (End() is { IsCompletedSuccessfully: true } connected)
        {
            await connected.Result.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<IConnectionMultiplexer> ConnectAsync()
    {
        // Not on the caller's stack: it holds the lock.
        await Task.Yield();
        var multiplexer = options.Value.ConnectionMultiplexerFactory is { } factory
            ? await factory().ConfigureAwait(false)
            : await ConnectionMultiplexer.ConnectAsync(RedisConfiguration.For(options.Value)).ConfigureAwait(false);
        multiplexer.ConnectionFailed += OnFailed;
        multiplexer.ConnectionRestored += OnRestored;
        if (!multiplexer.IsConnected)
        {
            Log.NotReachable(logger);
        }

        return multiplexer;
    }

    /// <summary>What is to be disposed; null for a connection of the application's own.</summary>
    private Task<IConnectionMultiplexer>? End()
    {
        lock (_lock)
        {
            var connecting = _disposed ? null : _connecting;
            _disposed = true;
            if (connecting is not { IsCompletedSuccessfully: true })
            {
                return null;
            }

            connecting.Result.ConnectionFailed -= OnFailed;
            connecting.Result.ConnectionRestored -= OnRestored;
            return options.Value.ConnectionMultiplexerFactory is null ? connecting : null;
        }
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs args) => Log.Lost(logger, args.ConnectionType, args.FailureType);

    private void OnRestored(object? sender, ConnectionFailedEventArgs args)
    {
        Log.Restored(logger, args.ConnectionType);
        Restored?.Invoke();
    }
}
