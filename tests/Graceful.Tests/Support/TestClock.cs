using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.Tests;

/// <summary>
/// Time that moves only while nothing runs. Code under test hops threads (<c>Task.Run</c>, cancellation callbacks), so a fake clock that is
/// simply pushed forward runs ahead of it on a busy machine. Here every step waits until the thread pool has neither work nor a worker that
/// runs: then all code has come to rest at a timer of this clock, or has ended. Not a matter of waiting long enough, but of a count that the
/// pool raises before it queues and lowers after it ran. The steps run on a thread of their own, for the same reason.
/// </summary>
internal sealed class TestClock : FakeTimeProvider
{
    public static readonly TimeSpan Step = DrainSequence.PollInterval;
    private const long TimestampOfStart = 5_000_000_000;
    private static readonly TimeSpan LongestRealTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestFakeTime = TimeSpan.FromMinutes(20);
    private static readonly int AllWorkers = MaxWorkers();

    /// <summary>As on Linux. The base counts in ticks of <see cref="TimeSpan"/>, which hides code that mixes the two up.</summary>
    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => TimestampOfStart + (Now.Ticks * 100);

    /// <summary>Fake time since the clock was made.</summary>
    public TimeSpan Now => base.GetUtcNow() - Start;

    /// <summary>What the wall clock shows beside the time that passes: a jump of it is no time.</summary>
    public TimeSpan WallSkew { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + WallSkew;

    /// <summary>Lets everything run that can run without time passing.</summary>
    public Task SettleAsync() => AdvanceAsync(TimeSpan.Zero);

    public Task AdvanceAsync(TimeSpan by) => OnOwnThread(() => Pass(by));

    /// <summary>Advances until <paramref name="condition"/> holds.</summary>
    public Task UntilAsync(Func<bool> condition) => OnOwnThread(() => Until(condition));

    /// <summary>Advances until <paramref name="task"/> has ended, well or not, and gives its result.</summary>
    public async Task<T> UntilAsync<T>(Task<T> task)
    {
        await UntilAsync(() => task.IsCompleted);
        return await task;
    }

    public async Task UntilAsync(Task task)
    {
        await UntilAsync(() => task.IsCompleted);
        await task;
    }

    /// <summary>As <see cref="AdvanceAsync"/>, for a caller that is on a thread of its own.</summary>
    public void Pass(TimeSpan by)
    {
        Settle();
        for (var left = by; left > TimeSpan.Zero; left -= Step)
        {
            Advance(left < Step ? left : Step);
            Settle();
        }
    }

    /// <summary>As <see cref="SettleAsync"/>, for a caller that is on a thread of its own.</summary>
    public static void Settle()
    {
        if (Thread.CurrentThread.IsThreadPoolThread)
        {
            throw new InvalidOperationException("A thread of the pool would wait for itself.");
        }

        var wait = new SpinWait();
        var start = Stopwatch.GetTimestamp();
        while (!IsPoolIdle())
        {
            wait.SpinOnce(sleep1Threshold: -1);
            if (wait.Count % 1000 == 0 && Stopwatch.GetElapsedTime(start) > LongestRealTime)
            {
                throw new TimeoutException($"The thread pool did not come to rest within {LongestRealTime}.");
            }
        }
    }

    public static Task OnOwnThread(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Until(Func<bool> condition)
    {
        var start = Now;
        Settle();
        while (!condition())
        {
            if (Now - start > LongestFakeTime)
            {
                throw new TimeoutException($"Still not so after {LongestFakeTime} of fake time.");
            }

            Advance(Step);
            Settle();
        }
    }

    private static bool IsPoolIdle()
    {
        ThreadPool.GetAvailableThreads(out var available, out _);
        return available == AllWorkers && ThreadPool.PendingWorkItemCount == 0;
    }

    private static int MaxWorkers()
    {
        ThreadPool.GetMaxThreads(out var max, out _);
        return max;
    }
}
