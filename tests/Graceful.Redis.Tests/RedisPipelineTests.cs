using System.Collections.Concurrent;
using CsCheck;
using Graceful.Redis.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Graceful.Redis.Tests;

/// <summary>Commands of many callers at once.</summary>
public sealed class RedisPipelineTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ConcurrentBag<ConnectionMultiplexer> _connected = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connected)
        {
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task Commands_GoOutAtOnce_UntilSeveralAreUnderWay_ThenTogether()
    {
        await using var connection = Connect();
        var (one, two) = (new TaskCompletionSource<bool>(), new TaskCompletionSource<bool>());

        Assert.False(await IsBatchedAsync(connection));
        var first = connection.Pipeline.SendAsync(one, static (_, held) => held.Task, CancellationToken.None).AsTask();
        Assert.False(await IsBatchedAsync(connection));
        var second = connection.Pipeline.SendAsync(two, static (_, held) => held.Task, CancellationToken.None).AsTask();
        Assert.True(await IsBatchedAsync(connection));

        // Whatever becomes of those that were under way, they are not counted any more.
        one.SetException(new InvalidOperationException());
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        await Eventually.TrueAsync(async () => !await IsBatchedAsync(connection), "the batch is gone, and commands go out at once");
        two.SetResult(true);
        await second;
    }

    [Fact]
    public async Task Commands_OfOneBatch_GoOutTogether()
    {
        var batches = 0;
        using var gate = new ManualResetEventSlim();
        await using var connection = Connect(onExecute: () =>
        {
            Interlocked.Increment(ref batches);
            gate.Wait(Patience);
        });
        using var held = await HoldTwoAsync(connection);

        // The first batch is held until all have come.
        var sent = Enumerable.Range(0, 50).Select(i => EchoAsync(connection, $"{i}")).ToArray();
        gate.Set();
        await Task.WhenAll(sent);

        // They may have joined the one that tells whether there are batches yet.
        Assert.InRange(batches, 1, 2);
    }

    [Fact]
    public async Task Batch_ThatCannotBeSent_FailsAllThatAreInIt()
    {
        await using var connection = Connect(onExecute: () => throw new ObjectDisposedException("connection"));
        using var held = await HoldTwoAsync(connection);

        var sent = Enumerable.Range(0, 5).Select(_ => connection.Pipeline.SendAsync(0, static (_, _) => new TaskCompletionSource<int>().Task, CancellationToken.None).AsTask()).ToArray();

        foreach (var task in sent)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => task.WaitAsync(Patience));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Token_EndsTheWaiting(bool isBatched)
    {
        await using var connection = Connect();
        Assert.False(await IsBatchedAsync(connection));
        using var held = isBatched ? await HoldTwoAsync(connection) : null;
        using var limit = new CancellationTokenSource();

        var sent = connection.Pipeline.SendAsync(0, static (_, _) => new TaskCompletionSource<int>().Task, limit.Token).AsTask();
        await limit.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent.WaitAsync(Patience));
    }

    /// <summary>Here out of a batch that is not sent yet.</summary>
    [Fact]
    public async Task Command_DoesNotOvertakeOne_ThatItsCallerGaveUp()
    {
        using var gate = new ManualResetEventSlim();
        await using var connection = Connect(onExecute: () => gate.Wait(Patience));
        var list = (RedisKey)nameof(Command_DoesNotOvertakeOne_ThatItsCallerGaveUp);
        using (await HoldTwoAsync(connection))
        {
            using var limit = new CancellationTokenSource();
            var first = PushAsync("first", limit.Token).AsTask();
            await limit.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }

        var second = PushAsync("second", CancellationToken.None).AsTask();
        gate.Set();
        await second;

        var pushed = await connection.Pipeline.SendAsync(list, static (database, key) => database.ListRangeAsync(key), CancellationToken.None);
        Assert.Equal(["first", "second"], pushed.ToStringArray());

        ValueTask<long> PushAsync(string text, CancellationToken cancellationToken) =>
            connection.Pipeline.SendAsync((list, text), static (database, push) => database.ListRightPushAsync(push.list, push.text), cancellationToken);
    }

    /// <summary>However commands come together, some of them failing: each caller gets its own answer, and what one sends after another is done after it.</summary>
    [Fact]
    public async Task Callers_AtOnce_EachGetTheirOwnAnswers()
    {
        await using var connection = Connect();
        var run = 0;
        await Gen.Int[0, 3].Array[1, 12].Array[1, 40].SampleAsync(
            async callers =>
            {
                var prefix = $"{Interlocked.Increment(ref run)}:";
                await Task.WhenAll(callers.Select((work, caller) => Task.Run(() => DoAsync(connection, $"{prefix}{caller}", work))));
            },
            iter: 60,
            threads: 1);
    }

    private static async Task DoAsync(RedisConnection connection, RedisKey key, int[] work)
    {
        var added = 0;
        foreach (var kind in work)
        {
            switch (kind)
            {
                case 0:
                    Assert.Equal($"{key}{added}", await EchoAsync(connection, $"{key}{added}"));
                    break;
                case 1:
                    var fails = connection.Pipeline.SendAsync(key, static (database, k) => database.ExecuteAsync("NO-SUCH-COMMAND", k), CancellationToken.None);
                    Assert.Contains("NO-SUCH-COMMAND", (await Assert.ThrowsAsync<RedisServerException>(fails.AsTask)).Message, StringComparison.Ordinal);
                    break;
                default:
                    Assert.Equal(++added, await connection.Pipeline.SendAsync(key, static (database, k) => database.StringIncrementAsync(k), CancellationToken.None));
                    break;
            }
        }
    }

    private static async Task<string?> EchoAsync(RedisConnection connection, string text) =>
        (string?)await connection.Pipeline.SendAsync(text, static (database, said) => database.ExecuteAsync("ECHO", said), CancellationToken.None);

    private static ValueTask<bool> IsBatchedAsync(RedisConnection connection) => connection.Pipeline.SendAsync(0, static (commands, _) => Task.FromResult(commands is IBatch), CancellationToken.None);

    private static async Task<Held> HoldTwoAsync(RedisConnection connection)
    {
        // Makes the connection.
        Assert.False(await IsBatchedAsync(connection));
        var held = new Held();
        held.Add(connection);
        held.Add(connection);
        Assert.True(await IsBatchedAsync(connection));
        return held;
    }

    private RedisConnection Connect(Action? onExecute = null) => new(
        Options.Create(new RedisOptions
        {
            ConnectionMultiplexerFactory = async () =>
            {
                var connected = await ConnectionMultiplexer.ConnectAsync(redis.Server.Configuration);
                _connected.Add(connected);
                return onExecute is null ? connected : WatchedClient.Around<IConnectionMultiplexer>(connected, onExecute);
            },
        }),
        NullLogger<RedisConnection>.Instance);

    /// <summary>Commands that are under way until this is disposed.</summary>
    private sealed class Held : IDisposable
    {
        private readonly ConcurrentBag<(TaskCompletionSource<int> Answer, Task Sent)> _sent = [];

        public void Add(RedisConnection connection)
        {
            var answer = new TaskCompletionSource<int>();
            _sent.Add((answer, connection.Pipeline.SendAsync(answer, static (_, held) => held.Task, CancellationToken.None).AsTask()));
        }

        public void Dispose()
        {
            foreach (var (answer, _) in _sent)
            {
                answer.SetResult(0);
            }
        }
    }
}
