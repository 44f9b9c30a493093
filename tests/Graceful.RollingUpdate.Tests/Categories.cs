namespace Graceful.RollingUpdate.Tests;

/// <summary>Traits for what a machine may lack, so that a build can run it as a step of its own: <c>--filter-trait Category=Peers</c>.</summary>
internal static class Categories
{
    public const string Name = "Category";

    /// <summary>Real balancers. Without them these are skipped, or fail where GRACEFUL_REQUIRE_PEERS=1.</summary>
    public const string Peers = "Peers";

    /// <summary>Native binaries. Only with GRACEFUL_AOT=1: it takes minutes and a C compiler.</summary>
    public const string Aot = "Aot";

    public static void RequirePeer(string? program = null)
    {
        Assert.SkipWhen(Is("GRACEFUL_PEERS", "off"), "GRACEFUL_PEERS=off: rolls behind real balancers have a step of their own.");
        if (program is not null && Processes.Binaries.Find(program) is null)
        {
            Assert.False(Is("GRACEFUL_REQUIRE_PEERS", "1"), $"GRACEFUL_REQUIRE_PEERS=1, but '{program}' is not installed.");
            Assert.Skip($"'{program}' is not installed.");
        }
    }

    public static void RequireAot() => Assert.SkipUnless(
        Is("GRACEFUL_AOT", "1"), "Publishing native binaries takes minutes and needs clang: set GRACEFUL_AOT=1.");

    private static bool Is(string variable, string value) => Environment.GetEnvironmentVariable(variable) == value;
}
