using Microsoft.Extensions.Logging;

namespace Graceful;

internal sealed partial class InstanceLifecycle
{
    private static partial class Log
    {
        // One text, because the framework brings that instantiation of its logger compiled: this is said while the first requests come in.
        [LoggerMessage(100, LogLevel.Information, "Phase {Transition}", EventName = "PhaseChanged")]
        public static partial void PhaseChanged(ILogger logger, string transition);

        [LoggerMessage(101, LogLevel.Error, "A callback for phase {Phase} failed", EventName = "PhaseCallbackFailed")]
        public static partial void CallbackFailed(ILogger logger, Exception exception, string phase);

        [LoggerMessage(102, LogLevel.Information, "Maintenance begins, readiness is taken away: {Reason}", EventName = "MaintenanceBegun")]
        public static partial void MaintenanceBegun(ILogger logger, string reason);

        [LoggerMessage(103, LogLevel.Information, "Maintenance ends: {Reason}", EventName = "MaintenanceEnded")]
        public static partial void MaintenanceEnded(ILogger logger, string reason);
    }
}
