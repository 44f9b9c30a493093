namespace Graceful.RollingUpdate.Tests.Rolls;

/// <summary>A fleet of real processes replaced under load. One roll each, and short; the long series is a script of its own.</summary>
[Collection(nameof(OneAtATime))]
public sealed class RollTests
{
    [Fact]
    public async Task Roll_BehindYarp_LosesNothing()
    {
        var roll = await Roll.RunAsync("--gateway", "yarp", "--instances", "2", "--rate", "100", "--duration", "10");

        roll.AssertNothingLost(instances: 2);
        roll.AssertCartsKept();
    }

    [Fact]
    public async Task Roll_ToAVersionThatSkipsALevel_IsRefusedAndLosesNothing()
    {
        var roll = await Roll.RunAsync("--scenario", "incompatible", "--instances", "2", "--rate", "100", "--duration", "10");

        roll.AssertRefused(instances: 2);
        roll.AssertCartsKept();
    }

    [Fact]
    public async Task Roll_TurnedBackInTheMiddle_LosesNothing_AndNoLevelRises()
    {
        var roll = await Roll.RunAsync("--scenario", "rollback", "--instances", "2", "--rate", "100", "--duration", "10");

        roll.AssertRolledBack(replaced: 1);
        roll.AssertCartsKept();
    }

    [Theory]
    [InlineData("sideways", "--scenario", "sideways")]
    [InlineData("needs --instances 2 or more", "--scenario", "rollback", "--instances", "1")]
    [InlineData("leave --compare out", "--scenario", "incompatible", "--compare")]
    [InlineData("is not a host or host:port", "--redis", "localhost:redis")]
    [InlineData("no Redis answers at 127.0.0.1:1", "--redis", "127.0.0.1:1", "--instances", "1", "--duration", "5")]
    public async Task Command_BadValue_SaysWhatItWants(string text, params string[] arguments)
    {
        var (code, output) = await Roll.TryAsync(arguments);

        Assert.Equal(3, code);
        Assert.Contains(text, output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(Categories.Name, Categories.Peers)]
    public async Task Roll_BehindHaproxyLayer7_LosesNothingWhereThePlainAppDoes()
    {
        Categories.RequirePeer("haproxy");
        var roll = await Roll.RunAsync("--gateway", "haproxy", "--haproxy-mode", "http", "--instances", "3", "--duration", "20", "--compare");

        roll.AssertNothingLost(instances: 3);
        roll.AssertCartsKept();
        roll.AssertPlainLost();
        roll.AssertPlainLostFromCarts();
    }

    [Fact]
    [Trait(Categories.Name, Categories.Peers)]
    public async Task Roll_BehindHaproxyLayer4_LosesNothing()
    {
        Categories.RequirePeer("haproxy");
        var roll = await Roll.RunAsync("--gateway", "haproxy", "--haproxy-mode", "tcp", "--instances", "3", "--duration", "20");

        roll.AssertNothingLost(instances: 3);
    }

    [Fact]
    [Trait(Categories.Name, Categories.Peers)]
    public async Task Roll_BehindNginx_LosesNothing()
    {
        Categories.RequirePeer("nginx");
        var roll = await Roll.RunAsync("--gateway", "nginx", "--instances", "3", "--duration", "20");

        roll.AssertNothingLost(instances: 3);
    }

    /// <summary>400 keep-alive clients, 20 ms away, behind a balancer that is slow to notice. It needs no other program, but the machine.</summary>
    [Fact]
    [Trait(Categories.Name, Categories.Peers)]
    public async Task Roll_HardestCase_LosesNothingWhereThePlainAppDoes()
    {
        Categories.RequirePeer();
        var roll = await Roll.RunAsync("--scenario", "hard", "--duration", "20", "--compare");

        roll.AssertNothingLost(instances: 1);
        roll.AssertPlainLost();
    }
}
