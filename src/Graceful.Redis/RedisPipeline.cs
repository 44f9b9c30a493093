using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace Graceful;

/// <summary>
/// Sends commands over the connection, those of one caller in their order. When several are under way, those that come next go out together, as soon as a thread is free to send them: a write to the connection,
/// and its reading at the server, cost more than a command. With little under way a command goes out at once.
/// </summary>
internal sealed class RedisPipeline(RedisConnection connection) : IThreadPoolWorkItem
{
    /// <summary>So many are sent each by itself: there is nothing to be gained, and a change of threads to be lost.</summary>
    private const int Few = 2;

    private readonly Lock _lock = new();
    private Batch? _open;
    private int _underWay;

    /// <summary>From the first command of a batch until nothing waits to be sent. Meanwhile nothing else is: it would overtake what its caller sent before, and gave up waiting for.</summary>
    private bool _isSending;

    /// <summary>What it gives may be awaited once.</summary>
    /// <param name="arguments">What <paramref name="send"/> needs.</param>
    /// <param name="send">Gives one command to what it is called with, without waiting for the answer.</param>
    /// <param name="cancellationToken">Ends the waiting. A command that was sent is not called back: it may still run.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> SendAsync<TArguments, T>(TArguments arguments, Func<IDatabaseAsync, TArguments, Task<T>> send, CancellationToken cancellationToken)
    {
        var multiplexer = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
        var database = multiplexer.GetDatabase();
        try
        {
            if (Interlocked.Increment(ref _underWay) <= Few && !Volatile.Read(ref _isSending))
            {
                return await send(database, arguments).WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            var batch = Join(database, arguments, send, out var answer);
            var ended = await Task.WhenAny(answer, batch.Unsent).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (ended != answer)
            {
                await ended.ConfigureAwait(false);
            }

            return await answer.ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <summary>One after the other, until none is left.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (Take() is { } batch)
        {
            batch.Send();
        }
    }

    private Batch Join<TArguments, T>(IDatabase database, TArguments arguments, Func<IDatabaseAsync, TArguments, Task<T>> send, out Task<T> answer)
    {
        Batch batch;
        lock (_lock)
        {
            batch = _open ?? new Batch(database.CreateBatch());
            answer = send(batch.Commands, arguments);
            _open = batch;
            if (_isSending)
            {
                return batch;
            }

            _isSending = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return batch;
    }

    private Batch? Take()
    {
        lock (_lock)
        {
            var batch = _open;
            _open = null;
            _isSending = batch is not null;
            return batch;
        }
    }

    private sealed class Batch(IBatch commands)
    {
        private readonly TaskCompletionSource _unsent = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Not to be used by two at once.</summary>
        public IBatch Commands => commands;

        /// <summary>Fails with what kept the batch from being sent: the client does not always tell those who wait for its answers.</summary>
        public Task Unsent => _unsent.Task;

        public void Send()
        {
            try
            {
                commands.Execute();
            }
            catch (Exception e)
            {
                // On this thread it would end the process; and perhaps nobody waits for it any more.
                _unsent.SetException(e);
                _ = _unsent.Task.Exception;
            }
        }
    }
}
