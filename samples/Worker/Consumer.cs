using Graceful;

namespace Worker;

/// <summary>
/// Takes jobs and finishes every one it took. <see cref="IDrainCoordinator.DrainStarted"/> stops the taking; nothing cancels a job that
/// runs: the drain waits for it, up to its budget. The host's own stopping token comes later, when all of that is over.
/// </summary>
internal sealed class Consumer(
    JobQueue queue, Results results, WorkerSettings settings, IDrainCoordinator drain, TimeProvider time, ILogger<Consumer> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Without Graceful (Enabled=false) only the host's token ever fires.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, drain.DrainStarted);
        await Task.WhenAll(Enumerable.Range(0, settings.Parallel).Select(_ => TakeAsync(stop.Token)));
        logger.LogInformation("Every job that was taken is done; {Waiting} are left in the queue for the next instance.", queue.Waiting);
    }

    private async Task TakeAsync(CancellationToken stop)
    {
        try
        {
            while (await queue.WaitAsync(stop))
            {
                // Counted before it is taken: a drain that starts between the two lines sees it, and waits.
                using var counted = drain.TrackWork("job");
                if (!stop.IsCancellationRequested && queue.TryTake(out var job))
                {
                    await WorkAsync(job);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to leave, with no job in hand.
        }
    }

    private async Task WorkAsync(Job job)
    {
        logger.LogInformation("Job {Number} started.", job.Number);
        await Task.Delay(settings.Takes, time);
        results.Add(job);
        logger.LogInformation("Job {Number} done.", job.Number);
    }
}
