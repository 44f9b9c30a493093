namespace Graceful.Tests;

/// <summary>States in few words, for the journal of a simulation.</summary>
internal static class SimulatedText
{
    public static string Of(FleetState state) => state.Epoch == 0 ? "none"
        : (state.IsForming ? "forming " : "") + string.Join(", ", state.Contracts.Select(c => $"{c.Key} {Of(c.Value)}"));

    public static string Of(ContractState c) =>
        $"{c.Active} in [{c.Low},{c.High}]{(c.PriorLow < c.Low || c.PriorHigh > c.High ? $" was [{c.PriorLow},{c.PriorHigh}]" : "")} {c.Mode}{(c.Pinned ? " pinned" : "")}";
}
