using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Graceful.Tests;

public class ReadySystemdNotifierTests
{
    private readonly InstanceLifecycle _lifecycle = new(new TestClock(), NullLogger<InstanceLifecycle>.Instance);
    private readonly RecordingNotifier _systemd = new();
    private readonly ReadySystemdNotifier _notifier;

    public ReadySystemdNotifierTests() => _notifier = new ReadySystemdNotifier(_systemd, _lifecycle);

    [Fact]
    public void Notify_ReadyBeforeTheInstanceIs_WaitsForIt()
    {
        _notifier.Notify(ServiceState.Ready);
        _lifecycle.Advance(InstancePhase.WarmingUp);
        Assert.Empty(_systemd.Sent);

        _lifecycle.Advance(InstancePhase.Ready);

        Assert.Equal(["READY=1"], _systemd.Sent);
    }

    [Fact]
    public void Notify_ReadyAfterTheInstanceIs_GoesThroughAtOnce()
    {
        _lifecycle.Advance(InstancePhase.Ready);
        Assert.Empty(_systemd.Sent);

        _notifier.Notify(ServiceState.Ready);

        Assert.Equal(["READY=1"], _systemd.Sent);
    }

    [Fact]
    public void Notify_ReadyTwice_IsSentOnce()
    {
        _lifecycle.Advance(InstancePhase.Ready);

        _notifier.Notify(ServiceState.Ready);
        _notifier.Notify(ServiceState.Ready);

        Assert.Equal(["READY=1"], _systemd.Sent);
    }

    [Fact]
    public void Notify_ReadyButAskedToLeaveInWarmUp_IsNeverSent()
    {
        _notifier.Notify(ServiceState.Ready);

        _lifecycle.Advance(InstancePhase.LameDuck);
        _lifecycle.Advance(InstancePhase.Stopped);

        Assert.Empty(_systemd.Sent);
    }

    [Fact]
    public void Notify_AnythingElse_GoesThroughAtOnce()
    {
        _notifier.Notify(ServiceState.Stopping);
        _notifier.Notify(new ServiceState("STATUS=warming up"));

        Assert.Equal(["STOPPING=1", "STATUS=warming up"], _systemd.Sent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IsEnabled_IsThatOfTheInner(bool enabled)
    {
        _systemd.IsEnabled = enabled;
        Assert.Equal(enabled, _notifier.IsEnabled);
    }

    private sealed class RecordingNotifier : ISystemdNotifier
    {
        public List<string> Sent { get; } = [];

        public bool IsEnabled { get; set; } = true;

        public void Notify(ServiceState state) => Sent.Add(state.ToString()!);
    }
}
