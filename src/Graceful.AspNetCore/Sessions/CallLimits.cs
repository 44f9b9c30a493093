using Microsoft.Extensions.ObjectPool;

namespace Graceful;

/// <summary>
/// Tokens that end a call when its time is over: with their timers used again and again, for there is one for each call to the store. A store that is not known to be done with a token when its call has
/// ended gets new ones, and so does a clock of a test's.
/// </summary>
internal sealed class CallLimits(TimeProvider time, bool mayUseAgain)
{
    private readonly bool _usesAgain = mayUseAgain && time == TimeProvider.System;
    private static readonly DefaultObjectPool<CancellationTokenSource> Unused = new(new Policy());

    public CancellationTokenSource Start(TimeSpan wait)
    {
        if (!_usesAgain)
        {
            return new CancellationTokenSource(wait, time);
        }

        var limit = Unused.Get();
        limit.CancelAfter(wait);
        return limit;
    }

    public void End(CancellationTokenSource limit)
    {
        if (_usesAgain)
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
