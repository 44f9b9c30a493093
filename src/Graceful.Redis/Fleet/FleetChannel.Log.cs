using Microsoft.Extensions.Logging;

namespace Graceful;

internal sealed partial class FleetChannel
{
    private static partial class Log
    {
        [LoggerMessage(
            311, LogLevel.Warning, "Changes of the fleet's state cannot be heard on {Channel}: {Reason}. They are learnt with the next renewal; it is tried again", EventName = "FleetChannelSilent")]
        public static partial void NotSubscribed(ILogger logger, string channel, string reason);

        [LoggerMessage(312, LogLevel.Error, "A callback for changes of the fleet failed", EventName = "FleetCallbackFailed")]
        public static partial void CallbackFailed(ILogger logger, Exception exception);
    }
}
