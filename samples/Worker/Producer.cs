using Graceful;

namespace Worker;

/// <summary>Brings jobs, until this instance is asked to leave.</summary>
internal sealed class Producer(JobQueue queue, WorkerSettings settings, IDrainCoordinator drain, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, drain.DrainStarted);
        using var timer = new PeriodicTimer(settings.Every, time);
        try
        {
            for (var number = 1; await timer.WaitForNextTickAsync(stop.Token); number++)
            {
                await queue.AddAsync(new Job(number), stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to leave.
        }
    }
}
