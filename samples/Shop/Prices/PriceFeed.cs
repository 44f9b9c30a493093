using System.Runtime.CompilerServices;

namespace Shop;

/// <summary>
/// The price of the day, five times a second. Ticks are numbered by the wall clock, so all instances agree on them: a reader that
/// loses its instance asks the next one for what comes after the last number it saw, and misses nothing.
/// </summary>
internal sealed class PriceFeed(ShopIdentity shop, TimeProvider time)
{
    private const int TickMilliseconds = 200;

    /// <summary>How far back a reader can resume, in ticks: five minutes.</summary>
    private const int Memory = 1500;

    /// <summary>How far ahead of this clock another instance's may be, in ticks: five seconds.</summary>
    private const int Skew = 25;

    /// <summary>
    /// Yields every tick after <paramref name="after"/>, then one every 200 ms. Ends, without an exception, when
    /// <paramref name="stop"/> fires.
    /// </summary>
    public async IAsyncEnumerable<PriceTick> ReadAsync(long? after, [EnumeratorCancellation] CancellationToken stop = default)
    {
        for (var seq = First(after); await IsDueAsync(seq, stop); seq++)
        {
            yield return new PriceTick(seq, shop.Version, shop.Instance, PriceOf(seq));
        }
    }

    private long First(long? after)
    {
        var now = Milliseconds / TickMilliseconds;
        return after >= now - Memory && after <= now + Skew ? after.Value + 1 : now;
    }

    private async ValueTask<bool> IsDueAsync(long seq, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var wait = (seq * TickMilliseconds) - Milliseconds;
            if (wait <= 0)
            {
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(wait), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    private long Milliseconds => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static double PriceOf(long seq) => Math.Round(20 + (4 * Math.Sin(seq / 40.0)) + (1.5 * Math.Sin(seq / 7.0)), 2);
}
