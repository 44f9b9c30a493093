namespace Graceful;

/// <summary>What is resolved with <c>Graceful:Enabled=false</c>: everything can be asked, nothing happens.</summary>
internal sealed class DisabledDrainCoordinator : IDrainCoordinator
{
    public InstancePhase Phase => InstancePhase.Ready;

    public CancellationToken DrainStarted => CancellationToken.None;

    public DateTimeOffset? Deadline => null;

    public Task<DrainReport> DrainAsync(string reason, CancellationToken cancellationToken = default) =>
        Task.FromResult(new DrainReport { Reason = $"{reason} (Graceful is disabled: nothing was drained)", StartedAt = default });

    public IDisposable TrackWork(string name) => NoHandle.Instance;
}

internal sealed class DisabledInstanceLifecycle : IInstanceLifecycle
{
    public InstancePhase Phase => InstancePhase.Ready;

    public bool IsReady => true;

    public string? NotReadyReason => null;

    public IDisposable BeginMaintenance(string reason) => NoHandle.Instance;

    public IDisposable OnPhaseChanged(Action<InstancePhase> callback) => NoHandle.Instance;
}

internal sealed class DisabledProbes : IProbes
{
    public ProbeResult Check(ProbeKind kind) => new(true, null);

    public ProbeDetail GetDetail(ProbeKind kind) => new(Check(kind), InstancePhase.Ready, default, []);
}

internal sealed class NoHandle : IDisposable
{
    public static readonly NoHandle Instance = new();

    public void Dispose()
    {
        // Nothing was taken.
    }
}
