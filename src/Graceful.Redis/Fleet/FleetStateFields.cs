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
        var state = FleetState.None;
        var contracts = FleetState.None.Contracts.ToBuilder();
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            var (field, value) = ((string)fields[i]!, (string)fields[i + 1]!);
            switch (field)
            {
                case "epoch":
                    state = state with { Epoch = Number(value) };
                    break;
                case "credit":
                    state = state with { Credit = Microseconds.ToTimeSpan(Number(value)) };
                    break;
                case "wait":
                    state = state with { ExclusionWait = Microseconds.ToTimeSpan(Number(value)) };
                    break;
                case "forming":
                    state = state with { IsForming = value == "1" };
                    break;
                case "founded":
                    state = state with { Founded = Number(value) };
                    break;
                case "told":
                    state = state with { Told = Number(value) };
                    break;
                default:
                    if (field.StartsWith(ContractPrefix, StringComparison.Ordinal))
                    {
                        contracts[field[ContractPrefix.Length..]] = Contract(field, value);
                    }

                    break;
            }
        }

        return state with { Contracts = contracts.ToImmutable() };
    }

    /// <summary>What a new state writes, as alternating fields and values, the contracts last. Not the credit: that is the store's own.</summary>
    public static RedisValue[] Write(FleetState state) =>
    [
        "epoch", state.Epoch, "forming", state.IsForming, "wait", Microseconds.Of(state.ExclusionWait), "founded", state.Founded, "told", state.Told,
        .. state.Contracts.SelectMany(c => new RedisValue[] { ContractPrefix + c.Key, ContractStateText.Write(c.Value) }),
    ];

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
