namespace Graceful.RollingUpdate;

/// <summary>What <c>/readyz?verbose</c> tells; nulls where the instance does not tell.</summary>
internal sealed record InstanceDetail(string? Phase, int? Connections, int? Requests);
