using Microsoft.Extensions.Logging;

namespace Graceful;

internal sealed partial class FleetRenewal
{
    private static partial class Log
    {
        [LoggerMessage(157, LogLevel.Warning, "The lease in the fleet's store could not be renewed; tried again at every interval", EventName = "FleetStoreFailed")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(158, LogLevel.Information, "The fleet's store answers again", EventName = "FleetStoreRecovered")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(159, LogLevel.Information, "Contract {Contract}: level {Active} is written, [{Low},{High}] may exist, {Mode}, epoch {Epoch}", EventName = "LevelChanged")]
        public static partial void LevelChanged(ILogger logger, string contract, int active, int low, int high, LevelMode mode, long epoch);

        [LoggerMessage(160, LogLevel.Warning, "Would not serve if the contract were not only observed: {Reason}", EventName = "FleetWouldRefuse")]
        public static partial void WouldRefuse(ILogger logger, string reason);
    }
}
