using System.Diagnostics;

namespace Graceful.RollingUpdate.Tests.Processes;

internal static class Poll
{
    /// <summary>Far beyond anything that is expected, also on a busy machine: whoever waits so long waits for ever.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task UntilAsync(Func<bool> condition, Func<string> otherwise) =>
        await UntilAsync(() => Task.FromResult(condition()), otherwise);

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
            {
                Assert.Fail(otherwise());
            }

            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
