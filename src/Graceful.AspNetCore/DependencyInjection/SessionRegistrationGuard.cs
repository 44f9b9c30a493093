using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.Hosting;

namespace Graceful;

/// <summary>Stops the start when somebody registered another store of sessions after <c>AddSession</c>: it would win, and nothing would be kept where the instances share it.</summary>
internal sealed class SessionRegistrationGuard(IServiceProvider services) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (services.GetService(typeof(ISessionStore)) is not StateSessionStore)
        {
            throw new InvalidOperationException("Another ISessionStore was registered after AddGraceful().AddSession(), and sessions would lie there: remove it, or call AddSession() last.");
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
