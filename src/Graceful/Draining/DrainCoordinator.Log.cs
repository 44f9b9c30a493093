using Microsoft.Extensions.Logging;

namespace Graceful;

internal sealed partial class DrainCoordinator
{
    private static partial class Log
    {
        [LoggerMessage(120, LogLevel.Information, "Drain begins: {Reason}; budget {Budget}", EventName = "DrainBegun")]
        public static partial void Begun(ILogger logger, string reason, TimeSpan budget);

        [LoggerMessage(121, LogLevel.Warning, "{Signal}: the lame duck is skipped", EventName = "DrainHurried")]
        public static partial void Hurried(ILogger logger, string signal);

        [LoggerMessage(122, LogLevel.Warning, "{Signal} for the third time: everything is cut", EventName = "DrainAborted")]
        public static partial void Aborted(ILogger logger, string signal);

        [LoggerMessage(123, LogLevel.Warning, "Cut by the drain: {Kind} {Name}, after {Held}", EventName = "DrainCut")]
        public static partial void Cut(ILogger logger, DrainHolderKind kind, string name, TimeSpan held);

        [LoggerMessage(124, LogLevel.Error, "A DrainStarted callback failed", EventName = "DrainCallbackFailed")]
        public static partial void CallbackFailed(ILogger logger, Exception exception);

        [LoggerMessage(125, LogLevel.Error, "The drain failed; the flush goes on", EventName = "DrainFailed")]
        public static partial void DrainFailed(ILogger logger, Exception exception);

        [LoggerMessage(126, LogLevel.Warning, "Drained, but nobody ended the process in time: it ends itself", EventName = "DrainSelfStop")]
        public static partial void NobodyCame(ILogger logger);

        [LoggerMessage(132, LogLevel.Error, "The flush failed; the process ends all the same", EventName = "FlushFailed")]
        public static partial void FlushFailed(ILogger logger, Exception exception);
    }
}
