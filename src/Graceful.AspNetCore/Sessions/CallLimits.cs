using Microsoft.Extensions.ObjectPool;

namespace Graceful;

/// <summary>Tokens that end a call when its time is over: with their timers used again and again, for there is one for each call to the store. A clock of a test's gets new ones.</summary>
internal sealed class CallLimits(TimeProvider time)
{
    private static readonly DefaultObjectPool<CancellationTokenSource> Unused = new(new Policy());

    public CancellationTokenSource Start(TimeSpan wait)
    {
        if (time != TimeProvider.System)
        {
            return new CancellationTokenSource(wait, time);
        }

        var limit = Unused.Get();
        limit.CancelAfter(wait);
        return limit;
    }

    public void End(CancellationTokenSource limit)
    {
        if (time == TimeProvider.System)
        {
            Unused.Return(limit);
        }
        else
        {
            limit.Dispose();
        }
    }

    private sealed class Policy : PooledObjectPolicy<CancellationTokenSource>
    {
        public override CancellationTokenSource Create() => new();

        /// <summary>One whose time was over, or just may have been, is not used again.</summary>
        public override bool Return(CancellationTokenSource limit)
        {
            if (limit.TryReset())
            {
                return true;
            }

            limit.Dispose();
            return false;
        }
    }
}
