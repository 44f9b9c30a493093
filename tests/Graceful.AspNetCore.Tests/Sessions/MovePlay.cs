using System.Text;
using Graceful.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Sessions;

internal enum MoveOp
{
    Load,
    Write,
    LoadAndWrite,
    Count,
}

/// <summary>What one instance does with a session, one request after the other, and when it dies or hears no answer.</summary>
/// <param name="Level">What it writes: below 2 in the old place.</param>
/// <param name="Ops">Its requests.</param>
/// <param name="DiesAt">Before which of its calls to a store it is gone; above all of them for never.</param>
/// <param name="LosesAt">The answer of which of its calls is lost.</param>
internal sealed record MoveActor(int Level, MoveOp[] Ops, int DiesAt, int LosesAt);

/// <summary>Instances that use and move one session, one step of one of them at a time, in an order that is given.</summary>
internal sealed partial class MovePlay
{
    public const string Counter = "n";
    private static readonly IDataProtectionProvider Keys = new EphemeralDataProtectionProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly InMemorySessionStateStore _entries;
    private readonly InMemorySessionBlobStore _blobs;
    private readonly SessionAddress _session;
    private readonly List<Player> _players = [];
    private int _step;

    public MovePlay()
    {
        _entries = new InMemorySessionStateStore(_time);
        _blobs = new InMemorySessionBlobStore(_time);
        var key = SessionIdentity.NewKey();
        _session = new SessionAddress(key, SessionHandle.Of(key), isNew: false);
    }

    /// <summary>What was written and acknowledged, and between which steps.</summary>
    public List<(string Name, int Begun, int Acknowledged)> Written { get; } = [];

    public List<(HashSet<string> Names, bool Exists, int Begun)> Loaded { get; } = [];

    public int Counted { get; private set; }

    public int PerhapsCounted { get; private set; }

    /// <summary>The steps of the end: its first, its last, and whether it was acknowledged.</summary>
    public (int First, int Last, bool Acknowledged)? End { get; private set; }

    public void PutPlain(string name)
    {
        var format = DistributedSessionFormat.Empty();
        format.Entries[name] = "v"u8.ToArray();
        _blobs.Put("shop:" + _session.Key, format.Write(), TimeSpan.FromMinutes(20));
        Written.Add((name, 0, 0));
    }

    public async Task RunAsync(MoveActor[] actors, int? enderDiesAt, int[] order)
    {
        for (var i = 0; i < actors.Length; i++)
        {
            _players.Add(new Player(this, $"w{i}", actors[i].Level, actors[i].DiesAt, actors[i].LosesAt));
        }

        for (var i = 0; i < actors.Length; i++)
        {
            _players[i].Task = UseAsync(_players[i], actors[i].Ops);
        }

        if (enderDiesAt is { } dies)
        {
            _players.Add(new Player(this, "end", 2, dies, int.MaxValue));
            _players[^1].Task = EndAsync(_players[^1]);
        }

        for (var i = 0; ; i++)
        {
            var next = _players.SelectMany(p => p.Waiting).ToArray();
            if (next.Length == 0)
            {
                break;
            }

            var turn = next[order[i % order.Length] % next.Length];
            turn.Player.Take(turn);

            // What follows may run on another thread.
            Assert.True(SpinWait.SpinUntil(() => turn.Player.IsDead || turn.Player.Waiting.Length > 0 || turn.Player.Task!.IsCompleted, TimeSpan.FromSeconds(60)));
        }

        foreach (var player in _players.Where(p => !p.IsDead))
        {
            await player.Task!.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    /// <summary>As one who comes after all of them.</summary>
    public async Task<SessionState> ReadAsync()
    {
        var reader = new Player(this, "last", 2, int.MaxValue, int.MaxValue);
        var reading = reader.NewHome().LoadAsync(_session, null, default).AsTask();
        while (!reading.IsCompleted)
        {
            foreach (var turn in reader.Waiting)
            {
                reader.Take(turn);
            }
        }

        return await reading;
    }

    public async Task<string> CountAsync() => Encoding.UTF8.GetString((await ReadAsync()).Entries.TryGetValue(Counter, out var n) ? n.Data.Span[1..] : "0"u8);

    private async Task UseAsync(Player player, MoveOp[] ops)
    {
        var number = 0;
        foreach (var op in ops)
        {
            var home = player.NewHome();
            var (begun, name) = (_step, $"{player.Name}.{number++}");
            try
            {
                var loaded = op == MoveOp.Write ? null : await home.LoadAsync(_session, null, default);
                if (loaded is not null)
                {
                    Loaded.Add(([.. loaded.Entries.Keys], loaded.Exists, begun));
                }

                if (op == MoveOp.Count)
                {
                    await CountAsync(player, home, loaded!);
                }
                else if (op != MoveOp.Load && loaded?.HasEnded != true && await CommitAsync(player, home, loaded, name, "v", []) == SessionCommitOutcome.Committed)
                {
                    Written.Add((name, begun, _step));
                }
            }
            catch (SessionStoreException)
            {
                player.Recover();
            }
        }
    }

    private async Task CountAsync(Player player, MovingHome home, SessionState loaded)
    {
        while (!loaded.HasEnded)
        {
            var old = loaded.Entries.TryGetValue(Counter, out var n) ? n : default;
            var value = old.Revision == 0 ? 1 : int.Parse(Encoding.UTF8.GetString(old.Data.Span[1..]), System.Globalization.CultureInfo.InvariantCulture) + 1;
            var lost = player.Lost;
            PerhapsCounted++;
            var outcome = await CommitAsync(player, home, loaded, Counter, $"{value}", new() { [Counter] = old.Revision });

            // Sent again after more commits than a session remembers, it may meet itself.
            PerhapsCounted -= outcome == SessionCommitOutcome.Conflict && player.Lost > lost ? 0 : 1;
            if (outcome != SessionCommitOutcome.Conflict)
            {
                Counted += outcome == SessionCommitOutcome.Committed ? 1 : 0;
                return;
            }

            loaded = await home.LoadAsync(_session, null, default);
        }
    }

    private async Task<SessionCommitOutcome> CommitAsync(Player player, MovingHome home, SessionState? loaded, string name, string value, Dictionary<string, long> expect)
    {
        var commit = new SessionCommit(Guid.NewGuid().ToString("N"), TimeSpan.FromMinutes(21))
        {
            Generation = loaded is { Exists: true } ? loaded.Generation : null,
            Set = new Dictionary<string, ReadOnlyMemory<byte>> { [name] = EntryCodec.EncodeRaw(Encoding.UTF8.GetBytes(value)) },
            Expect = expect,
        };
        return (await home.CommitAsync(_session, player.Level, _ => commit, default)).Result.Outcome;
    }

    private async Task EndAsync(Player player)
    {
        await player.NewHome().EndAsync(_session, TimeSpan.FromMinutes(22), default);
        End = End!.Value with { Last = _step, Acknowledged = true };
    }

    /// <summary>What an instance has that moves sessions, or leaves them in the old place below level 2.</summary>
    public static SessionMover MoverOf(ISessionStateStore entries, ISessionBlobStore blobs, int level, TimeProvider time, TimeSpan? absolute = null)
    {
        var options = new SessionStateOptions { AbsoluteTimeout = absolute };
        options.MoveFromDistributedSession(2, "shop:");
        var metrics = new SessionMetrics(new NoMeters());
        var guard = new GuardedSessionStore(entries, options, metrics, time);
        var mover = new SessionMover(
            guard, new GuardedBlobStore(guard, entries, blobs), options, new EntryCodec(Keys), metrics, Options.Create(new SessionOptions()), NullLogger<SessionMover>.Instance);
        return mover.At(level < 2 ? new Below() : null);
    }

    /// <summary>As an instance that may not write the level yet from which on sessions are moved.</summary>
    private sealed class Below : ICompatibility
    {
        public ContractLevel this[string contract] => throw new NotSupportedException();

        public IReadOnlyList<DeclaredContract> Contracts => [];

        public bool IsServing => true;

        public string? NotServingReason => null;

        public LevelLease Enter(string contract) => default;

        public ValueTask WaitUntilServingAsync(CancellationToken cancellationToken = default) => default;

        public IAsyncEnumerable<CompatibilityChange> WatchAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }

    private sealed class NoMeters : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
            // Nothing is kept.
        }
    }
}
