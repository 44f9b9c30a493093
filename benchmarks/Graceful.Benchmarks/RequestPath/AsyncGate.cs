using System.Threading.Tasks.Sources;

namespace Graceful.Benchmarks;

/// <summary>
/// Makes an endpoint complete asynchronously without a thread hop: it waits here, and the benchmark runs its continuation by
/// <see cref="Release"/>. Itself free of allocation.
/// </summary>
internal sealed class AsyncGate : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core;
    private volatile bool _isWaitedFor;

    /// <summary>Whether the endpoint has arrived here.</summary>
    public bool IsWaitedFor => _isWaitedFor;

    public ValueTask WaitAsync()
    {
        _core.Reset();
        return new ValueTask(this, _core.Version);
    }

    public void Release()
    {
        _isWaitedFor = false;
        _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _core.OnCompleted(continuation, state, token, flags);
        _isWaitedFor = true;
    }
}
