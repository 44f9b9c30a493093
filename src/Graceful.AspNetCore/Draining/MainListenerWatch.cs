using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// Connects to the main listener from time to time, as liveness: a listener that accepts nobody is a process worth restarting. It sends no
/// byte, so it counts as no arrival, and it ends when a drain begins.
/// </summary>
internal sealed partial class MainListenerWatch(
    IServer server, IWatchdogs watchdogs, IDrainCoordinator drain, LivenessOptions options, TimeProvider time, ILogger<MainListenerWatch> logger)
    : IHostedLifecycleService, IDisposable
{
    private const int MissedLooks = 3;
    private readonly CancellationTokenSource _end = new();
    private ITimer? _first;
    private Task _watch = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // The wait goes first: a look in the middle of the start would slow down the first request.
        _first = time.CreateTimer(static watch => ((MainListenerWatch)watch!).Begin(), this, options.CheckInterval, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _watch.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _first?.Dispose();

        // Cancelled, not disposed: the timer may be on its way, and a test host disposes before it stops.
        _end.Cancel();
    }

    private void Begin()
    {
        if (!_end.IsCancellationRequested)
        {
            _watch = WatchAsync();
        }
    }

    private async Task WatchAsync()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, drain.DrainStarted);
        if (end.IsCancellationRequested || TargetOf(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []) is not { } target)
        {
            return;
        }

        using var watchdog = watchdogs.Register("main listener", MissedLooks * (options.CheckInterval + options.ThreadPoolLag));
        while (!end.IsCancellationRequested)
        {
            if (await AnswersAsync(target, end.Token).ConfigureAwait(false))
            {
                watchdog.Beat();
            }

            await Task.Delay(options.CheckInterval, time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> AnswersAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.ThreadPoolLag, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(target, either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            Log.NoAnswer(logger, exception, target);
            return false;
        }
    }

    /// <summary>The first address that is a TCP port; none for Unix sockets and named pipes, which are not watched.</summary>
    internal static IPEndPoint? TargetOf(IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
        {
            if (!Uri.TryCreate(address.Replace("*", "0.0.0.0", StringComparison.Ordinal).Replace("+", "0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri)
                || uri.Host.Length == 0 || uri.Port <= 0)
            {
                continue;
            }

            var host = uri.Host == "localhost" ? "127.0.0.1" : uri.Host.Trim('[', ']');
            if (IPAddress.TryParse(host, out var ip))
            {
                return new IPEndPoint(ip.Equals(IPAddress.Any) ? IPAddress.Loopback : ip.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : ip, uri.Port);
            }
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(201, LogLevel.Warning, "The main listener at {Target} does not answer", EventName = "MainListenerSilent")]
        public static partial void NoAnswer(ILogger logger, Exception exception, IPEndPoint target);
    }
}
