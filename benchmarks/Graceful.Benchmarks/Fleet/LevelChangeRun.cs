using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Graceful.Benchmarks;

/// <summary>A fleet of real runtimes, and an operator who changes its state: how long until the members have installed it, counted from before the change is sent.</summary>
internal sealed class LevelChangeRun : IAsyncDisposable
{
    private const int StartingAtOnce = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private readonly List<MemberRuntime> _members = [];
    private readonly RedisConnection _connection;
    private readonly RedisFleetStore _store;

    private LevelChangeRun(RedisTarget redis, string fleet)
    {
        _connection = new RedisConnection(Options.Create(new RedisOptions { Configuration = redis.Address }), NullLogger<RedisConnection>.Instance);
        _store = new RedisFleetStore(_connection, fleet, TimeProvider.System, NullLogger<RedisFleetStore>.Instance);
    }

    public static async Task<LevelChangeRun> StartAsync(RedisTarget redis, string fleet, int members, TimeSpan interval, bool isDeaf)
    {
        using var patience = new CancellationTokenSource(Patience);
        var run = new LevelChangeRun(redis, fleet);
        while (run._members.Count < members)
        {
            var next = Enumerable.Range(0, Math.Min(StartingAtOnce, members - run._members.Count)).Select(_ => MemberRuntime.Create(fleet, redis.Configuration(), interval, isDeaf)).ToList();
            next.ForEach(m => m.Start());
            await Task.WhenAll(next.Select(m => m.WhenAsync(x => x.IsServing, patience.Token)));
            run._members.AddRange(next);
        }

        await Task.Delay(Quiet);
        return run;
    }

    /// <returns>The time of each member, in µs.</returns>
    public async Task<Sample> ChangeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var census = await _store.TakeCensusAsync(CancellationToken.None);
            var (next, refusal) = ContractMachine.Pin(census, "orders", !census.State.Contracts["orders"].Pinned);
            if (next is null)
            {
                throw new InvalidOperationException($"Not changed: {refusal}");
            }

            var times = new Sample();
            using var superseded = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            var waiting = new TaskCompletionSource<long>();
            var installed = _members.Select(m => InstalledAsync(m, next.Epoch, waiting.Task, times, superseded.Token)).ToList();
            var sent = Stopwatch.GetTimestamp();
            waiting.SetResult(sent);
            if (await _store.TryReplaceAsync(census, next, CancellationToken.None))
            {
                await Task.WhenAll(installed);
                await Task.Delay(Quiet);
                return times;
            }

            // A decision came first.
            await superseded.CancelAsync();
            await Task.WhenAll(installed).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_members.Select(m => m.DisposeAsync().AsTask()));
        _store.Dispose();
        await _connection.DisposeAsync();
    }

    private static async Task InstalledAsync(MemberRuntime member, long epoch, Task<long> sent, Sample times, CancellationToken cancellationToken)
    {
        await member.WhenAsync(m => m.Epoch >= epoch, cancellationToken);
        times.AddSince(await sent);
    }
}
