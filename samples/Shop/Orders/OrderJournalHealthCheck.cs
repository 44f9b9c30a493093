using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop;

/// <summary>
/// An instance that cannot write its orders should get no more of them. It is this instance's own disk, hence the class
/// <c>Local</c> in appsettings.json: the others can take over.
/// </summary>
internal sealed class OrderJournalHealthCheck(OrderJournal journal) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(journal.LastWriteFailed ? HealthCheckResult.Unhealthy("orders cannot be written") : HealthCheckResult.Healthy());
}
