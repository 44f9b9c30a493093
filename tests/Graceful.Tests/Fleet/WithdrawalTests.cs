using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Tests;

/// <summary>A fault of what all share takes readiness from some, never from too many.</summary>
public sealed class WithdrawalTests : IDisposable
{
    private readonly FleetKit _kit = new();
    private HealthStatus _db = HealthStatus.Healthy;

    [Theory]
    [InlineData(1, 0.5, 0)]
    [InlineData(2, 0.5, 1)]
    [InlineData(3, 0.5, 1)]
    [InlineData(10, 0.9, 1)]
    [InlineData(10, 1, 0)]
    [InlineData(10, 0.7, 3)]
    [InlineData(0, 0.5, 0)]
    public void MayWithdraw_IsWhatTheShareLeavesOver(int live, double share, int expected) => Assert.Equal(expected, FleetReadiness.MayWithdraw(live, share));

    [Theory]
    [InlineData("0.5", 2)]
    [InlineData("0.25", 1)]
    [InlineData("1", 4)]
    public async Task SharedFault_InAll_LeavesTheShareReady(string share, int ready)
    {
        var instances = Enumerable.Range(0, 4).Select(_ => New(share)).ToArray();
        await _kit.ServeAsync(instances);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));

        _db = HealthStatus.Unhealthy;
        for (var i = 0; i < 15; i++)
        {
            await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
            Assert.True(instances.Count(r => r.NotReady is null) >= ready);
        }

        Assert.Equal(ready, instances.Count(i => i.NotReady is null));
        Assert.All(instances.Where(i => i.NotReady is not null), i => Assert.Equal("check 'db' is unhealthy, and enough others stay ready", i.NotReady));
        Assert.All(instances.Where(i => i.NotReady is null), i => Assert.Contains($"stays ready: check 'db' is unhealthy, but {4 - ready} of 4 may withdraw", i.Detail("fleet"), StringComparison.Ordinal));

        _db = HealthStatus.Healthy;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(6));
        Assert.All(instances, i => Assert.Null(i.NotReady));
    }

    [Fact]
    public async Task SharedFault_AlsoOfTheStore_TakesReadinessFromNobody()
    {
        var instances = Enumerable.Range(0, 4).Select(_ => New("0.5")).ToArray();
        await _kit.ServeAsync(instances);
        _db = HealthStatus.Unhealthy;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(2, instances.Count(i => i.NotReady is null));

        Array.ForEach(instances, i => i.Store.IsDown = true);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(7));

        Assert.All(instances, i => Assert.Null(i.NotReady));
    }

    [Fact]
    public async Task SharedFault_OfOneThatIsAlone_StaysReady()
    {
        var instance = New("0.5");
        await _kit.ServeAsync(instance);

        _db = HealthStatus.Unhealthy;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(15));

        Assert.Null(instance.NotReady);
        Assert.True(instance.Store.Beats[^1].WantsWithdrawal);
    }

    public void Dispose() => _kit.Dispose();

    private FleetKit.Instance New(string share)
    {
        var instance = _kit.New("1.0", FleetKit.None, ("Fleet:MinReadyShare", share), ("Probes:Checks:db:Class", "Shared"));
        instance.Services.AddHealthChecks().Add(new HealthCheckRegistration("db", new FakeHealthCheck(_ => Task.FromResult(new HealthCheckResult(_db))), null, null));
        return instance;
    }
}
