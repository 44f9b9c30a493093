using System.Diagnostics;

namespace Graceful.Redis.Tests.Testing;

/// <summary>Waits for a condition, and fails with words when it does not come.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"Did not happen in {Patience.TotalSeconds:0} s: {what}");
            await Task.Delay(Look);
        }
    }

    /// <summary>Beats until the store answers, as a member does; every other failure than the store's own is a fault.</summary>
    public static async Task<BeatReply> BeatAsync(IFleetStore store, Func<FleetBeat> beat)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await store.BeatAsync(beat(), default);
            }
            catch (RedisStoreException e)
            {
                Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"The store did not come back: {e.Message}");
                await Task.Delay(Look);
            }
        }
    }
}
