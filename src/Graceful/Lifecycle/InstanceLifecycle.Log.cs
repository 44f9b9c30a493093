using Microsoft.Extensions.Logging;

namespace Graceful;

internal sealed partial class InstanceLifecycle
{
    private static partial class Log
    {
        [LoggerMessage(100, LogLevel.Information, "Phase {Previous} -> {Next}", EventName = "PhaseChanged")]
        public static partial void PhaseChanged(ILogger logger, InstancePhase previous, InstancePhase next);

        [LoggerMessage(101, LogLevel.Error, "A callback for phase {Phase} failed", EventName = "PhaseCallbackFailed")]
        public static partial void CallbackFailed(ILogger logger, Exception exception, InstancePhase phase);

        [LoggerMessage(102, LogLevel.Information, "Maintenance begins, readiness is taken away: {Reason}", EventName = "MaintenanceBegun")]
        public static partial void MaintenanceBegun(ILogger logger, string reason);

        [LoggerMessage(103, LogLevel.Information, "Maintenance ends: {Reason}", EventName = "MaintenanceEnded")]
        public static partial void MaintenanceEnded(ILogger logger, string reason);
    }
}
