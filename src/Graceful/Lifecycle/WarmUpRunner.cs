using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>Runs the warm-up tasks, order by order, and makes the instance ready when all have succeeded.</summary>
internal sealed partial class WarmUpRunner(
    IEnumerable<IWarmUpTask> tasks,
    InstanceLifecycle lifecycle,
    WarmUpOptions options,
    TimeProvider time,
    ILogger<WarmUpRunner> logger)
{
    private readonly IWarmUpTask[] _tasks = [.. tasks];
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _faults = new(StringComparer.Ordinal);

    /// <summary>Ends when the instance is ready, or when <paramref name="cancellationToken"/> says that it never will be.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        lifecycle.Advance(InstancePhase.WarmingUp);
        if (_tasks.Length > 0)
        {
            return RunTasksAsync(cancellationToken);
        }

        if (!cancellationToken.IsCancellationRequested)
        {
            lifecycle.Advance(InstancePhase.Ready);
        }

        return Task.CompletedTask;
    }

    private async Task RunTasksAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var order in _tasks.GroupBy(t => t.Order).OrderBy(g => g.Key))
            {
                var parallel = new ParallelOptions
                {
                    MaxDegreeOfParallelism = options.Parallelism,
                    CancellationToken = cancellationToken,
                };
                await Parallel.ForEachAsync(order, parallel, async (task, token) => await RunUntilDoneAsync(task, token).ConfigureAwait(false))
                    .ConfigureAwait(false);
            }

            lifecycle.Advance(InstancePhase.Ready);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Log.Cancelled(logger);
        }
    }

    private async Task RunUntilDoneAsync(IWarmUpTask task, CancellationToken cancellationToken)
    {
        var delay = options.RetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await AttemptAsync(task, cancellationToken).ConfigureAwait(false);
                Report(task.Name, null);
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // The exception's text stays in the log: the reason is shown to whoever can read the probe.
                var reason = exception is TimeoutException ? "took longer than its limit" : "failed";
                Report(task.Name, $"warm-up task '{task.Name}' {reason} (attempt {attempt})");
                Log.Failed(logger, exception, task.Name, attempt, delay);
            }

            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            delay = delay * 2 < options.MaxRetryDelay ? delay * 2 : options.MaxRetryDelay;
        }
    }

    private async Task AttemptAsync(IWarmUpTask task, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(task.TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // WaitAsync, because a task that ignores its token must not hold warm-up for ever.
            await Task.Run(() => task.WarmUpAsync(either.Token), either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The time limit of {task.TimeLimit} passed.", exception);
        }
    }

    private void Report(string name, string? fault)
    {
        lock (_lock)
        {
            if (fault is null)
            {
                _faults.Remove(name);
            }
            else
            {
                _faults[name] = fault;
            }

            lifecycle.SetWarmUpFault(_faults.Count == 0 ? null : string.Join("; ", _faults.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value)));
        }
    }
}
