using System.Collections.Immutable;
using System.Globalization;
using StackExchange.Redis;

namespace Graceful;

/// <summary>The state as fields of a hash; see <see cref="FleetKeys"/> for which there are.</summary>
internal static class FleetStateFields
{
    private const string ContractPrefix = "c:";

    /// <summary>What a script answers with HGETALL. A hash without an epoch holds no record, though it may hold credit.</summary>
    /// <exception cref="RedisStoreException">Something in it was written by a later version, or is damaged.</exception>
    public static FleetState Read(RedisResult[] fields)
    {
        var (epoch, credit, wait, forming) = (0L, 0L, 0L, false);
        var contracts = FleetState.None.Contracts.ToBuilder();
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            var (field, value) = ((string)fields[i]!, (string)fields[i + 1]!);
            switch (field)
            {
                case "epoch":
                    epoch = Number(value);
                    break;
                case "credit":
                    credit = Number(value);
                    break;
                case "wait":
                    wait = Number(value);
                    break;
                case "forming":
                    forming = value == "1";
                    break;
                default:
                    if (field.StartsWith(ContractPrefix, StringComparison.Ordinal))
                    {
                        contracts[field[ContractPrefix.Length..]] = Contract(field, value);
                    }

                    break;
            }
        }

        return new FleetState
        {
            Epoch = epoch,
            Credit = Microseconds.ToTimeSpan(credit),
            ExclusionWait = Microseconds.ToTimeSpan(wait),
            IsForming = forming,
            Contracts = contracts.ToImmutable(),
        };
    }

    /// <summary>The contracts as alternating fields and texts.</summary>
    public static IEnumerable<RedisValue> Contracts(ImmutableSortedDictionary<string, ContractState> contracts) =>
        contracts.SelectMany(c => new RedisValue[] { ContractPrefix + c.Key, ContractStateText.Write(c.Value) });

    private static ContractState Contract(string field, string text)
    {
        try
        {
            return ContractStateText.Read(text);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new RedisStoreException($"The fleet's state in Redis cannot be read, field '{field}': {e.Message}. Nothing is written over it.");
        }
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
