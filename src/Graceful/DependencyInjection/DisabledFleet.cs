namespace Graceful;

/// <summary>A fleet with <c>Graceful:Enabled=false</c>: nobody is seen, nothing is told.</summary>
internal sealed class DisabledFleet(GracefulOptions options) : IFleet
{
    public string Name => options.Fleet.Name ?? "";

    public string InstanceId { get; } = Guid.NewGuid().ToString("N");

    public FleetStanding Standing => FleetStanding.Serving;

    public string? Reason => null;

    public int Live => 0;

    public ValueTask<IReadOnlyList<FleetMember>> GetMembersAsync(CancellationToken cancellationToken = default) => new([]);

    public async IAsyncEnumerable<FleetChange> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        yield break;
    }
}

/// <summary>Levels with <c>Graceful:Enabled=false</c>: the lowest that the build supports, which is what the others can read most surely.</summary>
internal sealed class DisabledCompatibility(ContractCatalog catalog) : ICompatibility
{
    public IReadOnlyList<DeclaredContract> Contracts => catalog.Contracts;

    public bool IsServing => true;

    public string? NotServingReason => null;

    public ContractLevel this[string contract] => catalog.Declared.TryGetValue(contract, out var declaration)
        ? new ContractLevel(declaration.Supports.Min, declaration.Supports, 0, LevelMode.Stable)
        : throw catalog.Unknown(contract);

    public LevelLease Enter(string contract) => new(null, 0, this[contract].Active);

    public ValueTask WaitUntilServingAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public async IAsyncEnumerable<CompatibilityChange> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var contract in catalog.Contracts)
        {
            yield return new CompatibilityChange(contract.Name, this[contract.Name], true);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>An operator's words with <c>Graceful:Enabled=false</c>: refused, with the reason.</summary>
internal sealed class DisabledCompatibilityAdmin(ICompatibility compatibility) : ICompatibilityAdmin
{
    private const string Reason = "Graceful is disabled";
    private static readonly AdminOutcome Refused = new(false, Reason);

    public ValueTask<AdminOutcome> PinAsync(string contract, CancellationToken cancellationToken = default) => new(Refused);

    public ValueTask<AdminOutcome> UnpinAsync(string contract, CancellationToken cancellationToken = default) => new(Refused);

    public ValueTask<AdminOutcome> ActivateAsync(string contract, CancellationToken cancellationToken = default) => new(Refused);

    public ValueTask<AdminOutcome> CancelAsync(string contract, CancellationToken cancellationToken = default) => new(Refused);

    public ValueTask<AdminOutcome> RetreatAsync(string contract, CancellationToken cancellationToken = default) => new(Refused);

    public ValueTask<AdminOutcome> RetireAsync(string contract, CancellationToken cancellationToken = default) => new(Refused);

    public ValueTask<ContractExplanation> ExplainAsync(string contract, CancellationToken cancellationToken = default) =>
        new(new ContractExplanation(contract, compatibility[contract], false, Reason, null, []));

    public ValueTask<RollBackAnswer> CanRollBackAsync(IReadOnlyDictionary<string, LevelRange> ranges, CancellationToken cancellationToken = default) =>
        new(new RollBackAnswer(false, null, [new RollBackObstacle("", LevelRange.Absent, LevelRange.Absent, null, Reason)]));
}
