using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Graceful;

internal sealed partial class RedisConnection
{
    private static partial class Log
    {
        [LoggerMessage(300, LogLevel.Warning, "Redis (Graceful:Redis) cannot be reached; it is tried again until it can", EventName = "RedisNotReachable")]
        public static partial void NotReachable(ILogger logger);

        [LoggerMessage(301, LogLevel.Warning, "Redis: the {Connection} connection is lost or was refused ({Failure}); it is tried again", EventName = "RedisLost")]
        public static partial void Lost(ILogger logger, ConnectionType connection, ConnectionFailureType failure);

        [LoggerMessage(302, LogLevel.Information, "Redis: the {Connection} connection is back", EventName = "RedisRestored")]
        public static partial void Restored(ILogger logger, ConnectionType connection);
    }
}
