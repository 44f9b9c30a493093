using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>
/// The seam into the host. Every lifetime (console, systemd, Windows service) and the application itself ask for the end through
/// <see cref="IHostApplicationLifetime.StopApplication"/>; this one drains first and lets <c>ApplicationStopping</c> fire afterwards. It
/// derives from the public <see cref="ApplicationLifetime"/> because the host accepts nothing else. The host's own
/// <c>StopAsync</c> calls the base method and is covered by <see cref="DrainService"/>.
/// </summary>
internal sealed class DrainingApplicationLifetime : ApplicationLifetime, IHostApplicationLifetime
{
    /// <summary>What hosted services get to stop in, whatever happened before.</summary>
    public static readonly TimeSpan LeastShutdownTimeout = TimeSpan.FromSeconds(1);
    private readonly DrainCoordinator _coordinator;
    private readonly IOptions<HostOptions> _host;

    public DrainingApplicationLifetime(DrainCoordinator coordinator, IOptions<HostOptions> host, ILogger<ApplicationLifetime> logger)
        : base(logger)
    {
        _coordinator = coordinator;
        _host = host;
        coordinator.SelfStop = () => coordinator.Leave("deadline", Stop);
    }

    void IHostApplicationLifetime.StopApplication() => _coordinator.Leave(nameof(StopApplication), Stop);

    private void Stop()
    {
        // The host reads its timeout when it begins to stop: what is left of the budget belongs to the hosted services.
        var left = _coordinator.BudgetLeft;
        _host.Value.ShutdownTimeout = left > LeastShutdownTimeout ? left : LeastShutdownTimeout;
        StopApplication();
    }
}
