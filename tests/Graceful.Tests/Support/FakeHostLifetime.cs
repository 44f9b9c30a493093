using Microsoft.Extensions.Hosting;

namespace Graceful.Tests;

internal sealed class FakeHostLifetime : IHostApplicationLifetime, IDisposable
{
    private readonly CancellationTokenSource _started = new();

    public CancellationToken ApplicationStarted => _started.Token;

    public CancellationToken ApplicationStopping => CancellationToken.None;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public void Started() => _started.Cancel();

    public void StopApplication() => throw new NotSupportedException();

    public void Dispose() => _started.Dispose();
}
