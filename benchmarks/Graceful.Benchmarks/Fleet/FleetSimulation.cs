using System.Diagnostics;

namespace Graceful.Benchmarks;

/// <summary>
/// Thousands of members on one clock, as an open loop: a beat is sent when it is due, whatever has become of the others; and, when asked for, a PING for each beat, on the same connection, half an
/// interval later.
/// </summary>
internal sealed class FleetSimulation : IAsyncDisposable
{
    public const int MembersOfAConnection = 10;
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private const int ConnectingAtOnce = 16;
    private readonly List<SimulatedConnection> _connections = [];
    private readonly List<SimulatedMember> _members = [];
    private readonly Random _random = new(1);
    private readonly Thread _sender;
    private volatile FleetMeter _meter = new();
    private volatile bool _pings;
    private volatile bool _ended;

    private FleetSimulation() => _sender = new Thread(Send) { IsBackground = true, Name = "Beats", Priority = ThreadPriority.AboveNormal };

    public IReadOnlyList<SimulatedMember> Members => _members;

    public int Connections => _connections.Count;

    public static async Task<FleetSimulation> ConnectAsync(RedisTarget redis, string fleet, int members)
    {
        var simulation = new FleetSimulation();
        var wanted = (members + MembersOfAConnection - 1) / MembersOfAConnection;
        for (var i = 0; i < wanted; i += ConnectingAtOnce)
        {
            simulation._connections.AddRange(await Task.WhenAll(Enumerable.Range(0, Math.Min(ConnectingAtOnce, wanted - i)).Select(_ => SimulatedConnection.OpenAsync(redis, fleet))));
        }

        simulation._members.AddRange(Enumerable.Range(0, members).Select(i => new SimulatedMember(simulation._connections[i / MembersOfAConnection])));
        return simulation;
    }

    /// <summary>All members beat for the first time, spread over one interval.</summary>
    public void Start() => _sender.Start();

    /// <summary>Runs for a while with a meter of its own.</summary>
    public async Task<FleetMeter> RunAsync(TimeSpan duration, bool pings)
    {
        var meter = Measure(pings);
        await Task.Delay(duration);
        Measure(pings: false);
        return meter;
    }

    /// <summary>From here on everything counts with the meter that is returned.</summary>
    public FleetMeter Measure(bool pings)
    {
        _pings = pings;
        return _meter = new FleetMeter();
    }

    public async ValueTask DisposeAsync()
    {
        _ended = true;
        if (_sender.IsAlive)
        {
            _sender.Join();
        }

        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }

    private void Send()
    {
        var due = new PriorityQueue<(SimulatedMember Member, bool IsPing), long>();
        var start = Stopwatch.GetTimestamp();
        foreach (var member in _members)
        {
            due.Enqueue((member, false), start + Ticks(_random.NextDouble()));
        }

        while (!_ended)
        {
            if (!due.TryPeek(out var next, out var at) || Stopwatch.GetTimestamp() < at)
            {
                Thread.Sleep(1);
                continue;
            }

            due.Dequeue();
            var meter = _meter;
            if (next.IsPing)
            {
                _ = next.Member.Connection.PingAsync(meter.Pings);
                continue;
            }

            meter.Lateness.AddSince(at);
            _ = next.Member.BeatAsync(meter);
            due.Enqueue(next, at + Ticks(0.8 + (0.4 * _random.NextDouble())));
            if (_pings)
            {
                due.Enqueue((next.Member, true), at + Ticks(0.2 + (0.4 * _random.NextDouble())));
            }
        }
    }

    private static long Ticks(double intervals) => (long)(intervals * Interval.TotalSeconds * Stopwatch.Frequency);
}
