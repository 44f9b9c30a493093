namespace Graceful.RollingUpdate;

/// <summary>What a view shows of the side that runs.</summary>
internal sealed record RunStatus(bool Graceful, RollSettings Settings, string Gateway, RunClock Clock, ShopFleet Fleet, Ledger Ledger)
{
    public string Title => Graceful ? "with Graceful" : "plain (Graceful:Enabled=false)";
}
