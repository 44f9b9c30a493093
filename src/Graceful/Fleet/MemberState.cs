using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// Where this instance stands, as its own loop found out: one cell that everything else reads. What depends on time (the fence) is decided at every reading, and told within a second
/// (<see cref="Tick"/>).
/// </summary>
internal sealed partial class MemberState(FleetOptions options, ContractCatalog catalog, LevelGate gate, FenceClock fence, TimeProvider time, ILogger<MemberState> logger)
{
    private readonly Lock _lock = new();
    private volatile Membership _membership = new(FleetStanding.Joining, null);
    private volatile TaskCompletionSource _next = NewSignal();
    private volatile Answer? _answer;
    private volatile string? _fault;
    private FleetStanding _told = FleetStanding.Joining;

    public FleetStanding Standing => _membership.Standing switch
    {
        FleetStanding.Serving when fence.IsExpired => options.Isolation == Isolation.Strict ? FleetStanding.Fenced : FleetStanding.Degraded,
        var standing => standing,
    };

    public bool IsServing => Standing is FleetStanding.Serving or FleetStanding.Degraded;

    /// <summary>In words for an operator; null while serving without a doubt.</summary>
    public string? Reason => Standing switch
    {
        FleetStanding.Serving => null,
        FleetStanding.Joining => $"waiting for the fleet's store: {_fault ?? "no answer yet"}",
        FleetStanding.Degraded => $"the fleet's store has not answered {Since()}: goes on at the levels it knows (Isolation is FailOpen)",
        FleetStanding.Fenced => $"the fleet's store has not answered {Since()}: stopped serving, returns by itself (Isolation is Strict)",
        FleetStanding.Left => "has left the fleet",
        _ => _membership.Reason,
    };

    /// <summary>What was found wrong with contracts that are only observed; null when nothing is.</summary>
    public string? Observed { get; private set; }

    /// <summary>What the store answered last; null before that.</summary>
    public Answer? Last => _answer;

    /// <summary>Why the last renewal failed; null when it did not.</summary>
    public string? Fault => _fault;

    /// <summary>Ends at the next change of standing or levels. Take it before looking at what is to change.</summary>
    public Task NextChange => _next.Task;

    /// <summary>The store's clock now, as far as known.</summary>
    public DateTimeOffset StoreNow => time.GetUtcNow() + (_answer?.StoreAhead ?? TimeSpan.Zero);

    public event Action? Fenced;

    public void Answered(BeatReply reply, long started, bool askedToWithdraw)
    {
        var ahead = DateTimeOffset.UnixEpoch.AddTicks(reply.Now * TimeSpan.TicksPerMicrosecond) - time.GetUtcNow();
        _answer = new Answer(reply.Status, reply.Live, askedToWithdraw ? reply.WithdrawalRank : -1, started, time.GetElapsedTime(started), ahead);
        _fault = null;
    }

    public void Failed(string reason) => _fault = reason;

    public void Forming(string reason) => Become(new Membership(catalog.Contracts.IsEmpty ? FleetStanding.Serving : FleetStanding.Forming, reason), null);

    public void Joined(string? observed) => Become(new Membership(FleetStanding.Serving, null), observed);

    public void Incompatible(string reason) => Become(new Membership(FleetStanding.Incompatible, reason), null);

    public void Left() => Become(new Membership(FleetStanding.Left, null), null);

    /// <summary>Looks at the clocks; a time that was not lived through ends all trust.</summary>
    public bool Tick()
    {
        var diverged = fence.HasDiverged(out var by);
        if (diverged)
        {
            Log.ClockJumped(logger, by);
        }

        Tell();
        return diverged;
    }

    /// <summary>Tells whoever waits for a change.</summary>
    public void Changed() => Interlocked.Exchange(ref _next, NewSignal()).TrySetResult();

    private void Become(Membership membership, string? observed)
    {
        lock (_lock)
        {
            if (_membership.Standing == FleetStanding.Left)
            {
                return;
            }

            _membership = membership;
            Observed = observed;
        }

        Tell();
    }

    private void Tell()
    {
        FleetStanding before, now;
        lock (_lock)
        {
            (before, now) = (_told, Standing);
            _told = now;
            gate.Open(now switch
            {
                FleetStanding.Serving when options.Isolation == Isolation.Strict => fence.Deadline,
                FleetStanding.Serving or FleetStanding.Degraded => long.MaxValue,
                _ => long.MinValue,
            });
        }

        if (before == now)
        {
            return;
        }

        switch (now)
        {
            case FleetStanding.Serving:
                Log.Joined(logger, options.Name, gate.State?.Epoch ?? 0, _answer?.Live ?? 0);
                break;
            case FleetStanding.Degraded:
                Log.Degraded(logger, Reason);
                Fenced?.Invoke();
                break;
            case FleetStanding.Fenced:
                Log.Fenced(logger, Reason);
                Fenced?.Invoke();
                break;
            case FleetStanding.Incompatible:
                Log.Incompatible(logger, _membership.Reason);
                break;
            case FleetStanding.Forming:
                Log.Forming(logger, _membership.Reason);
                break;
            default:
                break;
        }

        Changed();
    }

    private string Since() => _answer is { } answer ? $"for {time.GetElapsedTime(answer.Sent).TotalSeconds:0} s{(_fault is { } fault ? $" ({fault})" : "")}" : "yet";

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What a beat brought back.</summary>
    public sealed record Answer(BeatStatus Status, int Live, int WithdrawalRank, long Sent, TimeSpan Took, TimeSpan StoreAhead);

    private sealed record Membership(FleetStanding Standing, string? Reason);
}
