using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Graceful;

/// <summary>Tells of a new epoch as soon as it is published. An acceleration only: when it cannot be had, the log says so once, and the renewals do the work.</summary>
internal sealed partial class FleetChannel(RedisConnection connection, string name, TimeProvider time, ILogger logger) : IDisposable
{
    private const int Attempts = 20;
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _ended = new();
    private ImmutableArray<Action> _callbacks = [];
    private string? _fullName;
    private long _triedAt;
    private int _state;
    private Action<RedisChannel, RedisValue>? _handler;

    private enum Stage
    {
        Silent,
        Subscribing,
        Subscribed,
    }

    public IDisposable Add(Action callback)
    {
        ImmutableInterlocked.Update(ref _callbacks, (all, one) => all.Add(one), callback);
        Subscribe();
        return new Registration(this, callback);
    }

    /// <summary>The client puts a prefix of its own before the channels it subscribes to; a script that publishes must do the same.</summary>
    public async ValueTask<string> FullNameAsync(CancellationToken cancellationToken)
    {
        if (_fullName is null)
        {
            try
            {
                var multiplexer = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
                _fullName = (string?)ConfigurationOptions.Parse(multiplexer.Configuration, ignoreUnknown: true).ChannelPrefix + name;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw RedisFailure.Explain(FleetScripts.Replace.Operation, e);
            }
        }

        return _fullName;
    }

    /// <summary>Redis has just answered: a subscription that failed may succeed now.</summary>
    public void Revive()
    {
        if (_state == (int)Stage.Silent && !_callbacks.IsEmpty && time.GetElapsedTime(_triedAt) > RetryDelay)
        {
            Subscribe();
        }
    }

    public void Dispose()
    {
        _callbacks = [];
        _ended.Cancel();
    }

    private void Subscribe()
    {
        if (!_ended.IsCancellationRequested && Interlocked.CompareExchange(ref _state, (int)Stage.Subscribing, (int)Stage.Silent) == (int)Stage.Silent)
        {
            _ = SubscribeAsync();
        }
    }

    private async Task SubscribeAsync()
    {
        _triedAt = time.GetTimestamp();
        try
        {
            var multiplexer = await connection.GetAsync(_ended.Token).ConfigureAwait(false);

            for (var attempt = 1; !await TrySubscribeAsync(multiplexer, isLast: attempt == Attempts).ConfigureAwait(false); attempt++)
            {
                await Task.Delay(AttemptDelay, time, _ended.Token).ConfigureAwait(false);
            }

            _state = (int)Stage.Subscribed;
        }
        catch (Exception e)
        {
            if (!_ended.IsCancellationRequested)
            {
                Log.NotSubscribed(logger, name, RedisFailure.Meaning(e));
            }

            _state = (int)Stage.Silent;
        }
    }

    private async Task<bool> TrySubscribeAsync(IConnectionMultiplexer multiplexer, bool isLast)
    {
        try
        {
            // Kept by the client from here on: it subscribes again after every reconnect.
            await multiplexer.GetSubscriber().SubscribeAsync(RedisChannel.Literal(name), _handler ??= (_, _) => Tell()).ConfigureAwait(false);
            return true;
        }
        catch (RedisConnectionException) when (!isLast)
        {
            // Subscriptions have a connection of their own, which may stand a moment later than the other; nothing waits for it (BacklogPolicy.FailFast).
            return false;
        }
    }

    private void Tell()
    {
        foreach (var callback in _callbacks)
        {
            try
            {
                callback();
            }
            catch (Exception e)
            {
                Log.CallbackFailed(logger, e);
            }
        }
    }

    private sealed class Registration(FleetChannel channel, Action callback) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref channel._callbacks, (all, one) => all.Remove(one), callback);
    }
}
