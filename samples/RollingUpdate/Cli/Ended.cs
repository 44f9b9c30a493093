namespace Graceful.RollingUpdate;

/// <summary>Calls back once when disposed.</summary>
internal sealed class Ended(Action action) : IDisposable
{
    private Action? _action = action;

    public void Dispose() => Interlocked.Exchange(ref _action, null)?.Invoke();
}
