using Microsoft.Extensions.Logging;

namespace Graceful;

internal sealed partial class EvictionWarning
{
    private static partial class Log
    {
        [LoggerMessage(
            313, LogLevel.Warning, "Redis evicts any key when it is full (maxmemory-policy {Policy}), the fleet's too: use noeviction or volatile-*, or a Redis of its own", EventName = "FleetMayBeEvicted")]
        public static partial void MayEvict(ILogger logger, string policy);
    }
}
