namespace Graceful.Deploy.Tests.Rules;

internal static class AllRules
{
    public static IReadOnlyList<string> Check(Deployed deployed) =>
    [
        .. TerminationRules.Check(deployed),
        .. ProbeRules.Check(deployed),
        .. RolloutRules.Check(deployed),
        .. WiringRules.Check(deployed),
        .. SecurityRules.Check(deployed),
        .. RedisRules.Check(deployed),
    ];
}
