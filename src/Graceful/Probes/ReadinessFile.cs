using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// A file that exists exactly while the instance is ready, for workers with no HTTP listener. It is rewritten at every look, so that its
/// age tells a process that hangs. Created only where <see cref="ProbeOptions.ReadinessFile"/> is set.
/// </summary>
internal sealed partial class ReadinessFile(IProbes probes, ProbeOptions options, TimeProvider time, ILogger<ReadinessFile> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;
    private bool _failing;

    private string FilePath => options.ReadinessFile!;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // Its first look is now: what a killed predecessor left behind says nothing about this process.
        _loop = LoopAsync();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _end.TrySetResult();
        await _loop.ConfigureAwait(false);
        Update(ready: false);
    }

    private async Task LoopAsync()
    {
        while (!_end.Task.IsCompleted)
        {
            Update(probes.Check(ProbeKind.Readiness).IsHealthy);
            await Task.WhenAny(_end.Task, Task.Delay(Interval, time)).ConfigureAwait(false);
        }
    }

    private void Update(bool ready)
    {
        try
        {
            if (ready)
            {
                File.WriteAllText(FilePath, time.GetUtcNow().ToString("O"));
            }
            else
            {
                File.Delete(FilePath);
            }

            _failing = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk must not take the process down; said once, not twice a second.
            if (!_failing)
            {
                Log.Failed(logger, exception, FilePath);
            }

            _failing = true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(142, LogLevel.Error, "The readiness file {Path} cannot be written", EventName = "ReadinessFileFailed")]
        public static partial void Failed(ILogger logger, Exception exception, string path);
    }
}
