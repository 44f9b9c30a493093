using Microsoft.Extensions.Logging;

namespace Graceful;

internal sealed partial class MemberState
{
    private static partial class Log
    {
        [LoggerMessage(150, LogLevel.Information, "Serving as a member of the fleet {Fleet}, epoch {Epoch}, {Live} live", EventName = "FleetJoined")]
        public static partial void Joined(ILogger logger, string? fleet, long epoch, int live);

        [LoggerMessage(151, LogLevel.Warning, "Not serving: {Reason}", EventName = "FleetIncompatible")]
        public static partial void Incompatible(ILogger logger, string? reason);

        [LoggerMessage(152, LogLevel.Warning, "Degraded: {Reason}", EventName = "FleetDegraded")]
        public static partial void Degraded(ILogger logger, string? reason);

        [LoggerMessage(153, LogLevel.Error, "Not serving: {Reason}", EventName = "FleetFenced")]
        public static partial void Fenced(ILogger logger, string? reason);

        [LoggerMessage(154, LogLevel.Information, "Not serving yet: {Reason}", EventName = "FleetForming")]
        public static partial void Forming(ILogger logger, string? reason);

        [LoggerMessage(155, LogLevel.Warning, "The wall clock and the monotonic clock went apart by {By}: nothing is trusted until the fleet's store answers", EventName = "FleetClockJumped")]
        public static partial void ClockJumped(ILogger logger, TimeSpan by);
    }
}
