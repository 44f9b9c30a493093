using Microsoft.Extensions.Logging;

namespace Graceful;

internal sealed partial class WarmUpRunner
{
    private static partial class Log
    {
        [LoggerMessage(110, LogLevel.Warning, "Warm-up task {Task} failed (attempt {Attempt}); again in {Delay}", EventName = "WarmUpFailed")]
        public static partial void Failed(ILogger logger, Exception exception, string task, int attempt, TimeSpan delay);

        [LoggerMessage(111, LogLevel.Information, "Warm-up ends unfinished: the instance was asked to leave", EventName = "WarmUpCancelled")]
        public static partial void Cancelled(ILogger logger);
    }
}
