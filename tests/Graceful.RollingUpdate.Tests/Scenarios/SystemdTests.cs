using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

public sealed class SystemdTests
{
    [Fact]
    public async Task Systemd_Type_Notify_IsToldReadyAfterWarmUpAndStoppingAfterTheDrain()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd exists on Linux only.");
        using var manager = new ServiceManager();
        await using var app = AppProcess.Start(manager.Service("systemd"), new AppSettings { Probes = true }.With("NOTIFY_SOCKET", manager.SocketPath));
        await app.EventAsync("warm-up-begun");
        await app.EventAsync("started");

        // The framework would have said it by now. Nothing may come, so this has to wait a little.
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Empty(manager.Received());

        using (await app.Http.PostAsync(new Uri("/warm", UriKind.Relative), null, TestContext.Current.CancellationToken))
        {
            await app.EventAsync("phase Ready");
        }

        await Poll.UntilAsync(() => manager.Received().Contains("READY=1"), () => "READY=1 was not sent.");

        app.Signal(Signals.Term);
        await app.EventAsync("phase LameDuck");
        Assert.DoesNotContain("STOPPING=1", manager.Received());

        TimeAssert.AtLeast(1, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase Ready", "phase LameDuck", "phase Draining", "phase Stopped", "stopping", "stopped", "exit");
        await Poll.UntilAsync(() => manager.Received().Contains("STOPPING=1"), () => "STOPPING=1 was not sent.");
        Assert.Equal(["READY=1", "STOPPING=1"], manager.Received());
    }

    [Fact]
    public async Task Systemd_SigtermTwice_SkipsTheLameDuck()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd exists on Linux only.");
        using var manager = new ServiceManager();
        var settings = new AppSettings { PropagationDelay = AppSettings.Endless }.With("NOTIFY_SOCKET", manager.SocketPath);
        await using var app = AppProcess.Start(manager.Service("systemd"), settings);
        await app.EventAsync("started");
        using (await app.Http.PostAsync(new Uri("/warm", UriKind.Relative), null, TestContext.Current.CancellationToken))
        {
            await app.EventAsync("phase Ready");
        }

        app.Signal(Signals.Term);
        await app.EventAsync("phase LameDuck");
        await app.SignalAgainAsync(Signals.Term);

        TimeAssert.AtMost(1, await app.ExitsCleanlyAsync());
    }

    [Fact]
    public async Task Systemd_SigtermInWarmUp_IsNeverTold()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd exists on Linux only.");
        using var manager = new ServiceManager();
        await using var app = AppProcess.Start(manager.Service("systemd"), new AppSettings().With("NOTIFY_SOCKET", manager.SocketPath));
        await app.EventAsync("warm-up-begun");
        await app.EventAsync("started");

        app.Signal(Signals.Term);

        await app.ExitsCleanlyAsync();
        Assert.DoesNotContain("READY=1", manager.Received());
    }

    /// <summary>What systemd is to a service: a socket for its messages, and a parent by the name of systemd.</summary>
    private sealed class ServiceManager : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("systemd-");
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        private readonly List<string> _received = [];

        public ServiceManager()
        {
            SocketPath = Path.Combine(_folder.FullName, "notify");
            _socket.Bind(new UnixDomainSocketEndPoint(SocketPath));

            // The kernel names a process after the file it was started from, and a link has a name of its own.
            File.CreateSymbolicLink(Path.Combine(_folder.FullName, "systemd"), "/bin/sh");
        }

        public string SocketPath { get; }

        /// <summary>Not the shell's last command, or the shell would become the service and be no parent.</summary>
        public ProcessStartInfo Service(string scenario) => new(
            Path.Combine(_folder.FullName, "systemd"), ["-c", "\"$@\"; exit $?", "sh", "dotnet", Binaries.TestApp, scenario])
        {
            WorkingDirectory = Path.GetDirectoryName(Binaries.TestApp),
        };

        public IReadOnlyList<string> Received()
        {
            var buffer = new byte[1024];
            while (_socket.Available > 0)
            {
                _received.Add(Encoding.UTF8.GetString(buffer, 0, _socket.Receive(buffer)));
            }

            return [.. _received];
        }

        public void Dispose()
        {
            _socket.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
