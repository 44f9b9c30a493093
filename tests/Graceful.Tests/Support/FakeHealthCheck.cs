using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Tests;

/// <summary>A health check that answers what the test says.</summary>
internal sealed class FakeHealthCheck(Func<CancellationToken, Task<HealthCheckResult>> check) : IHealthCheck
{
    private int _runs;

    public FakeHealthCheck()
        : this(HealthStatus.Healthy)
    {
    }

    public FakeHealthCheck(HealthStatus status)
        : this(_ => Task.FromResult(new HealthCheckResult(status, "all is said")))
    {
    }

    public int Runs => _runs;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _runs);
        return await check(cancellationToken);
    }
}
