using System.Diagnostics;

namespace Graceful.AspNetCore.Tests.Testing;

/// <summary>Waits for a condition, and fails with words when it does not come.</summary>
internal static class Eventually
{
    /// <summary>Only a hanging test waits that long: a loaded machine is slow, not wrong.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    public static Task True(Func<bool> condition, string what) => True(() => Task.FromResult(condition()), what);

    public static async Task True(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                Assert.Fail($"Did not happen in {Patience.TotalSeconds:0} s: {what}");
            }

            await Task.Delay(Look);
        }
    }

    /// <summary>Ends a wait that must not hang the run.</summary>
    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        await ((Task)task).Within(what);
        return await task;
    }

    public static async Task Within(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Patience);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"Did not end in {Patience.TotalSeconds:0} s: {what}");
        }
    }
}
