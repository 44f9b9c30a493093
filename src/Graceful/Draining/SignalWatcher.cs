using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Graceful;

/// <summary>
/// Counts signals. It never handles them: the host's lifetime does, and turns the first into <c>StopApplication()</c>; but a lifetime
/// swallows the second, and the application's own <c>StopApplication()</c> must not count as one.
/// </summary>
internal sealed class SignalWatcher(DrainCoordinator coordinator, IHostLifetime lifetime, IHostEnvironment environment) : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    public void Start()
    {
        // A lifetime that does not listen to signals (a test host, a Windows service) leaves them to the runtime.
        PosixSignal[] signals = lifetime switch
        {
            ConsoleLifetime => [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT],
            Microsoft.Extensions.Hosting.Systemd.SystemdLifetime => [PosixSignal.SIGTERM],
            _ => [],
        };
        foreach (var signal in signals)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, Received));
        }
    }

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    private void Received(PosixSignalContext context) => coordinator.SignalReceived(
        context.Signal.ToString(),
        skipLameDuck: context.Signal == PosixSignal.SIGINT && environment.IsDevelopment());
}
