using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// A hosted service that runs only while this instance serves: a consumer, a scheduler. It is started when serving begins, which may be long after the host, stopped when serving ends, and may be
/// started again.
/// </summary>
/// <remarks>Its faults are this service's own: the host sees them and does what it does with those of any background service.</remarks>
internal sealed partial class GatedHostedService<T>(T inner, MemberState member, ILogger<GatedHostedService<T>> logger) : BackgroundService
    where T : class, IHostedService
{
    private bool _isRunning;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await EndAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await UntilAsync(serving: true, stoppingToken).ConfigureAwait(false);
            Log.Started(logger, typeof(T).Name);
            await BeginAsync(stoppingToken).ConfigureAwait(false);
            await UntilAsync(serving: false, stoppingToken).ConfigureAwait(false);
            Log.Stopped(logger, typeof(T).Name, member.Reason);
            await EndAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task UntilAsync(bool serving, CancellationToken cancellationToken)
    {
        while (true)
        {
            var change = member.NextChange;
            if (member.IsServing == serving)
            {
                return;
            }

            var end = await Task.WhenAny(change.WaitAsync(cancellationToken), Failure()).ConfigureAwait(false);
            await end.ConfigureAwait(false);
        }
    }

    /// <summary>Ends, with its exception, when the service fails by itself.</summary>
    private Task Failure() => _isRunning && inner is BackgroundService { ExecuteTask: { } running }
        ? running.IsCompletedSuccessfully ? Never() : FailureOf(running)
        : Never();

    private static async Task FailureOf(Task running)
    {
        await running.ConfigureAwait(false);
        await Never().ConfigureAwait(false);
    }

    private static Task Never() => new TaskCompletionSource().Task;

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        _isRunning = true;
        var lifecycle = inner as IHostedLifecycleService;
        await (lifecycle?.StartingAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        await inner.StartAsync(cancellationToken).ConfigureAwait(false);
        await (lifecycle?.StartedAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        if (!_isRunning)
        {
            return;
        }

        _isRunning = false;
        var lifecycle = inner as IHostedLifecycleService;
        await (lifecycle?.StoppingAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        await inner.StopAsync(cancellationToken).ConfigureAwait(false);
        await (lifecycle?.StoppedAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
    }

    private static partial class Log
    {
        [LoggerMessage(166, LogLevel.Information, "Serving: {Service} is started", EventName = "GatedServiceStarted")]
        public static partial void Started(ILogger logger, string service);

        [LoggerMessage(167, LogLevel.Warning, "Not serving: {Service} is stopped ({Reason})", EventName = "GatedServiceStopped")]
        public static partial void Stopped(ILogger logger, string service, string? reason);
    }
}
