using System.Globalization;

namespace Graceful;

/// <summary>
/// What the fleet says of this instance's readiness. Not serving is not ready. A fault of a shared dependency takes readiness only from as many as leave enough others ready; without an answer from
/// the store from nobody, because the store itself may be what failed.
/// </summary>
internal sealed class FleetReadiness(MemberState member, SharedFaults shared, FleetOptions options, LevelGate gate, ContractCatalog catalog, SelfDescription self, TimeProvider time)
    : IReadinessContributor
{
    public string? Fault => member.IsServing ? IsWithdrawn ? $"{shared.First ?? "a shared dependency was at fault"}, and enough others stay ready" : null : member.Reason;

    /// <summary>Whether this instance may stop being ready because of a dependency that the others share.</summary>
    private bool IsWithdrawn =>
        member is { Fault: null, Last: { WithdrawalRank: >= 0 } last } && last.WithdrawalRank < MayWithdraw(last.Live, options.MinReadyShare) && shared.First is not null;

    /// <summary>In decimals: 10 × (1 − 0.9) is 1.</summary>
    internal static int MayWithdraw(int live, double minReadyShare) => (int)Math.Floor((1 - (decimal)minReadyShare) * live);

    public IEnumerable<ProbeCheck> GetDetails()
    {
        var last = member.Last;
        var standing = member.Standing;
        yield return new ProbeCheck(
            "fleet", member.IsServing ? standing == FleetStanding.Serving && member.Fault is null ? "Healthy" : "Degraded" : "Unhealthy",
            DependencyClass.Local,
            last is null ? null : time.GetElapsedTime(last.Sent),
            last?.Took ?? TimeSpan.Zero,
            string.Create(CultureInfo.InvariantCulture, $"{standing} in '{options.Name}' as {self.Id}; {last?.Live ?? 0} live; epoch {gate.State?.Epoch ?? 0}{Withdrawal(last)}{Words()}"),
            null);
        foreach (var contract in catalog.Contracts)
        {
            yield return Detail(contract);
        }
    }

    private string Withdrawal(MemberState.Answer? last) => shared.First is not { } fault ? ""
        : IsWithdrawn ? $"; withdrawn: {fault}"
        : last is { WithdrawalRank: >= 0 } && member.Fault is null ? $"; stays ready: {fault}, but {MayWithdraw(last.Live, options.MinReadyShare)} of {last.Live} may withdraw and others were first"
        : $"; stays ready: {fault}, and the store has not said whether others can take over";

    private string Words() => (member.Reason ?? member.Fault) is { } reason ? $"; {reason}" : member.Observed is { } observed ? $"; only observed: {observed}" : "";

    private ProbeCheck Detail(DeclaredContract contract)
    {
        var supports = contract.Declaration.Supports;
        var state = gate.State?.Contracts.GetValueOrDefault(contract.Name);
        var covered = state is null || supports.Covers(new LevelRange(state.Low, state.High));
        var words = state is null
            ? $"supports {supports}, the fleet's levels are {(gate.State is null ? "not known yet" : "none")}"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"level {state.Active} is written, [{state.Low},{state.High}] may exist, supports {supports}, {state.Mode}{(state.Pinned ? ", pinned" : "")}{(contract.ObserveOnly ? ", only observed" : "")}");
        return new ProbeCheck(
            $"contract {contract.Name}", gate.State is null ? "Unknown" : covered ? "Healthy" : contract.ObserveOnly ? "Degraded" : "Unhealthy", DependencyClass.Local, null, TimeSpan.Zero, words, null);
    }
}
