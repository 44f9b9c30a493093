using CsCheck;

namespace Graceful.Tests;

/// <summary>
/// The simulation sees what it is there to see: members that leave out what they owe are found out. (Rules of the state machine itself are removed by hand, see <c>docs/decisions/0011</c>.)
/// </summary>
public class FleetSimulationRuleTests
{
    private const int Enough = 20_000;

    [Fact]
    public void Members_ThatDoNotFenceThemselves_AreFoundOut() => AssertFoundOut(new MemberRules(Fences: false));

    [Fact]
    public void Members_ThatAcknowledgeWhileOldOperationsRun_AreFoundOut() => AssertFoundOut(new MemberRules(Quiesces: false));

    /// <summary>Or their safety would not have been looked at.</summary>
    [Fact]
    public void Members_RenewInTheShortForm()
    {
        var renewals = 0;
        FleetHistory.Any.Sample(
            h =>
            {
                var fleet = new SimulatedFleet(h, new MemberRules());
                fleet.Run();
                Interlocked.Add(ref renewals, fleet.QuietRenewals);
            },
            iter: 100);

        Assert.True(renewals > 300, $"{renewals} in 100 histories");
    }

    private static void AssertFoundOut(MemberRules rules)
    {
        var found = Assert.Throws<CsCheckException>(() => FleetHistory.Any.Sample(h => SimulatedFleet.Live(h, rules), iter: Enough, writeLine: _ => { }));
        Assert.IsType<SimulatedFleet.BrokenException>(found.InnerException);
    }
}
