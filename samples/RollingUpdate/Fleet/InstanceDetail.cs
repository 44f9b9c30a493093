namespace Graceful.RollingUpdate;

/// <summary>What <c>/readyz?verbose</c> tells; nulls where the instance does not tell.</summary>
internal sealed record InstanceDetail(string? Phase, int? Connections, int? Requests)
{
    /// <summary>Where it stands with its fleet.</summary>
    public string? Standing { get; init; }

    /// <summary>Why it is not a member like the others.</summary>
    public string? Reason { get; init; }

    /// <summary>The levels of the contract "orders", as it knows them.</summary>
    public ContractDetail? Orders { get; init; }
}
