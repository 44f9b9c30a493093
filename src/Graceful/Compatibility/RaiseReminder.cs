using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>Reminds of a level that every instance has been able to read for long and that nobody raises.</summary>
internal sealed partial class RaiseReminder(CompatibilityOptions options, TimeProvider time, ILogger<RaiseReminder> logger)
{
    private readonly Dictionary<string, long> _readableSince = new(StringComparer.Ordinal);

    public void Look(FleetCensus census)
    {
        var builds = census.Groups.Select(g => ContractProfile.TryParse(g.Profile, out var declared) ? declared : null).ToList();
        foreach (var (name, contract) in census.State.Contracts)
        {
            var next = contract.Active + 1;
            var isReadable = builds.Count > 0 && contract.Mode == LevelMode.Stable
                && builds.TrueForAll(b => b is not null && b.GetValueOrDefault(name, ContractDeclaration.Absent).Supports.Max >= next);
            if (!isReadable)
            {
                _readableSince.Remove(name);
            }
            else if (!_readableSince.TryAdd(name, time.GetTimestamp()) && time.GetElapsedTime(_readableSince[name]) >= options.RemindAfter)
            {
                _readableSince[name] = time.GetTimestamp();
                Log.Forgotten(logger, name, next, options.RemindAfter);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(164, LogLevel.Warning, "Contract {Contract}: every live instance has been able to read level {Level} for {Time}, and nobody activates it", EventName = "RaiseForgotten")]
        public static partial void Forgotten(ILogger logger, string contract, int level, TimeSpan time);
    }
}
