using System.Globalization;
using CsCheck;

namespace Graceful.Tests;

/// <summary>
/// S1 to S8, S10 and L1 to L4 of the compatibility handshake (S9 is the readers': <c>SessionUnreadablePropertyTests</c>; S11 <c>ContractProfileTests</c>), in random lives of simulated fleets: members of different builds that join, work, crash, freeze and are cut off, over a store that fails
/// over, forgets and has its clock turned, with an operator at it. Afterwards the fleet is left in peace and must come to rest where it can.
/// </summary>
/// <remarks>
/// 10,000 histories; <c>GRACEFUL_HISTORIES=N</c> asks for another number, as <c>.ci/run</c> does for 100,000 in a step of its own. The longer run:
/// <c>GRACEFUL_HISTORIES=5000000 dotnet test -c Release --project tests/Graceful.Tests -- --filter-class Graceful.Tests.FleetSimulationTests</c>. A failure prints the
/// smallest history found, what happened in it second by second, and a seed for <c>CsCheck_Seed</c>.
/// </remarks>
public class FleetSimulationTests
{
    private static readonly long Histories = long.TryParse(Environment.GetEnvironmentVariable("GRACEFUL_HISTORIES"), CultureInfo.InvariantCulture, out var asked)
        ? asked : 10_000;

    [Fact]
    public void AnyHistory_KeepsEveryPromise() =>
        FleetHistory.Any.Sample(h => SimulatedFleet.Live(h, new MemberRules()), iter: Histories * 3 / 5, print: h => $"\n{h}\n");

    [Fact]
    public void AnyHistory_SmallFleet_KeepsEveryPromise() =>
        FleetHistory.Any.Sample(h => SimulatedFleet.Live(h, new MemberRules(RenewsQuietly: false)), iter: Histories / 5, print: h => $"\n{h}\n");

    [Fact]
    public void AnyHistory_StoreThatForgets_KeepsEveryPromise() =>
        FleetHistory.Forgetful.Sample(h => SimulatedFleet.Live(h, new MemberRules()), iter: Histories / 5, print: h => $"\n{h}\n");

    /// <summary>A history that once broke a promise: a member was frozen with its ticket, and decided half a minute later on a credited time that had stood still.</summary>
    [Fact]
    public void AHistory_WithATicketThatIsOld_KeepsEveryPromise() =>
        FleetHistory.Forgetful.Sample(h => SimulatedFleet.Live(h, new MemberRules(RenewsQuietly: false)), seed: "7NNBQh0tBv81", iter: 1, threads: 1, print: h => $"\n{h}\n");
}
