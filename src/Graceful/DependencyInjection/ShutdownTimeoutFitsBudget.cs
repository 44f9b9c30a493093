using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>
/// A direct <c>host.StopAsync()</c> drains inside the host's shutdown timeout, and a Windows service's stop waits for as long: neither may
/// be shorter than the budget.
/// </summary>
internal sealed class ShutdownTimeoutFitsBudget(GracefulOptions options) : IPostConfigureOptions<HostOptions>
{
    public void PostConfigure(string? name, HostOptions host)
    {
        if (options.Enabled && host.ShutdownTimeout < options.Drain.Budget)
        {
            host.ShutdownTimeout = options.Drain.Budget;
        }
    }
}
