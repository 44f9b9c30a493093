using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// The circuits whose client is connected. At the end of the lame duck each client is told to pause, over half of the streams' grace: the
/// server gives it the circuit's state, it leaves, and resumes on another instance. Who has not left when three quarters are gone is closed as
/// every SignalR connection.
/// </summary>
internal sealed partial class CircuitPauses(DrainOptions options, TimeProvider time, ILogger<CircuitPauses> logger) : IHubFarewell
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(25);

    /// <summary>By name: <see cref="HubConnections"/> asks for every hub, and the type is internal to the framework.</summary>
    private const string Hub = "Microsoft.AspNetCore.Components.Server.ComponentHub";

    private readonly ConcurrentDictionary<IPausableCircuit, bool> _connected = new();

    public int Count => _connected.Count;

    public static bool IsCircuitHub(Type hub) => hub.FullName == Hub;

    public void Add(IPausableCircuit circuit) => _connected[circuit] = true;

    public void Remove(IPausableCircuit circuit) => _connected.TryRemove(circuit, out _);

    public bool IsFor(Type hub) => IsCircuitHub(hub);

    public async Task SayAsync(Func<bool> isOver)
    {
        var start = time.GetTimestamp();
        var window = options.StreamGrace / 2;
        var told = new HashSet<IPausableCircuit>();
        for (var looks = 1; !isOver() && !_connected.IsEmpty; looks++)
        {
            var elapsed = time.GetElapsedTime(start);
            if (elapsed >= options.StreamGrace * 0.75)
            {
                Log.NotPaused(logger, _connected.Count, told.Count, elapsed.TotalSeconds);
                return;
            }

            var waiting = _connected.Keys.Where(c => !told.Contains(c)).ToList();
            var due = Math.Max(looks, (int)Math.Ceiling((told.Count + waiting.Count) * (elapsed / window)));
            foreach (var circuit in waiting.Take(due - told.Count))
            {
                told.Add(circuit);
                Tell(circuit);
            }

            await Task.Delay(LookInterval, time).ConfigureAwait(false);
        }
    }

    private void Tell(IPausableCircuit circuit)
    {
        try
        {
            circuit.Pause();
        }
        catch (Exception exception)
        {
            // Its client has just left, or it is being rendered without one. It is closed like the others.
            Log.NotTold(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            270, LogLevel.Warning, "{Count} Blazor circuits, of {Told} whose clients were told to pause, are still connected after {Seconds:0.0} s: they are closed, and what they hold is lost", EventName = "CircuitsNotPaused")]
        public static partial void NotPaused(ILogger logger, int count, int told, double seconds);

        [LoggerMessage(271, LogLevel.Debug, "A Blazor circuit's client could not be told to pause", EventName = "CircuitNotTold")]
        public static partial void NotTold(ILogger logger, Exception exception);
    }
}
