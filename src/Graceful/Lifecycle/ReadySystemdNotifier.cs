using Microsoft.Extensions.Hosting.Systemd;

namespace Graceful;

/// <summary>
/// Holds systemd's <c>READY=1</c> back until the instance is ready: the host's lifetime sends it when the host has started, before warm-up.
/// </summary>
internal sealed class ReadySystemdNotifier : ISystemdNotifier
{
    private static readonly string Ready = ServiceState.Ready.ToString()!;
    private readonly ISystemdNotifier _inner;
    private readonly InstanceLifecycle _lifecycle;
    private int _asked;
    private int _sent;

    public ReadySystemdNotifier(ISystemdNotifier inner, InstanceLifecycle lifecycle)
    {
        _inner = inner;
        _lifecycle = lifecycle;
        lifecycle.OnPhaseChanged(_ => SendWhenBoth());
    }

    public bool IsEnabled => _inner.IsEnabled;

    public void Notify(ServiceState state)
    {
        if (state.ToString() == Ready)
        {
            Volatile.Write(ref _asked, 1);
            SendWhenBoth();
        }
        else
        {
            _inner.Notify(state);
        }
    }

    private void SendWhenBoth()
    {
        if (_lifecycle.Phase == InstancePhase.Ready && Volatile.Read(ref _asked) == 1 && Interlocked.Exchange(ref _sent, 1) == 0)
        {
            _inner.Notify(ServiceState.Ready);
        }
    }
}
