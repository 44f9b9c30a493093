using Microsoft.Extensions.Logging;

namespace Graceful;

internal sealed partial class RedisFleetStore
{
    private static partial class Log
    {
        [LoggerMessage(
            310, LogLevel.Warning, "The fleet's state was written, but could not be published on {Channel}: is the channel missing from the user's ACL (&…)? Others learn of it with their next renewal", EventName = "FleetNotPublished")]
        public static partial void NotPublished(ILogger logger, string channel);
    }
}
