namespace Graceful.Tests;

public class MaintenanceTests
{
    private readonly LogLines _log = new();
    private readonly InstanceLifecycle _lifecycle;

    public MaintenanceTests()
    {
        _lifecycle = new InstanceLifecycle(new TestClock(), _log.Create<InstanceLifecycle>());
        _lifecycle.Advance(InstancePhase.Ready);
    }

    [Fact]
    public void BeginMaintenance_WhileReady_TakesReadinessAwayAndLeavesThePhase()
    {
        using var maintenance = _lifecycle.BeginMaintenance("reindexing");

        Assert.False(_lifecycle.IsReady);
        Assert.Equal("maintenance: reindexing", _lifecycle.NotReadyReason);
        Assert.Equal(InstancePhase.Ready, _lifecycle.Phase);
    }

    [Fact]
    public void Dispose_TheLastOfOverlappingHandles_GivesReadinessBack()
    {
        var first = _lifecycle.BeginMaintenance("first");
        var second = _lifecycle.BeginMaintenance("second");

        first.Dispose();
        Assert.Equal("maintenance: second", _lifecycle.NotReadyReason);

        second.Dispose();
        Assert.True(_lifecycle.IsReady);
    }

    [Fact]
    public void Dispose_Twice_CountsOnce()
    {
        var first = _lifecycle.BeginMaintenance("same");
        using var second = _lifecycle.BeginMaintenance("same");

        first.Dispose();
        first.Dispose();

        Assert.False(_lifecycle.IsReady);
        Assert.Equal(1, _log.Count("MaintenanceEnded"));
    }

    [Fact]
    public void Dispose_WhenNoLongerReady_DoesNotBringReadinessBack()
    {
        var maintenance = _lifecycle.BeginMaintenance("reindexing");
        _lifecycle.Advance(InstancePhase.LameDuck);

        maintenance.Dispose();

        Assert.Equal("phase is LameDuck", _lifecycle.NotReadyReason);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void BeginMaintenance_WithoutAReason_Throws(string? reason)
    {
        Assert.ThrowsAny<ArgumentException>(() => _lifecycle.BeginMaintenance(reason!));
        Assert.True(_lifecycle.IsReady);
    }
}
