using System.Net;
using System.Net.Sockets;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

public sealed class ConfigurationTests
{
    [Fact]
    public async Task Start_SeveralFaults_StopsWithOneMessageThatListsAll()
    {
        var settings = new AppSettings()
            .With("Graceful__Drain__Budget", "00:00:02")
            .With("Graceful__WarmUp__RetryDelay", "-00:00:01")
            .With("Graceful__Drain__Readiness", "Sometimes")
            .With("Graceful__Drain__Propagation", "00:00:05")
            .With("Graceful__Drain__FlushReserve", "4")
            .With("Graceful__Probes__Port", "70000");
        await using var app = AppProcess.Start("web", settings);

        var (code, _) = await app.ExitsAsync();

        Assert.NotEqual(0, code);
        app.Output.AssertNever("started");
        var faults = app.Errors.Lines.Where(l => l.StartsWith("  - Graceful:", StringComparison.Ordinal)).ToList();
        AssertFault("Graceful:Drain:Budget = 00:00:02 must be at least");
        AssertFault("Graceful:WarmUp:RetryDelay = -00:00:01 must be longer than 0");
        AssertFault("Graceful:Drain:Readiness = 'Sometimes' must be one of FailNow, KeepServing, FailAfter");
        AssertFault("Graceful:Drain:Propagation is not a setting");
        AssertFault("Graceful:Drain:FlushReserve = '4' must be a duration");
        AssertFault("Graceful:Probes:Port = 70000 must be between");
        Assert.Equal(6, faults.Count);

        void AssertFault(string text) => Assert.Single(faults, f => f.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_ProbePortIsTheMainPort_StopsAndSaysSo()
    {
        var settings = new AppSettings { Probes = true };
        await using var app = AppProcess.Start("web", settings.With("ASPNETCORE_URLS", $"http://127.0.0.1:{settings.ProbePort}"));

        var (code, _) = await app.ExitsAsync();

        Assert.NotEqual(0, code);
        Assert.Contains($"Graceful:Probes:Port = {settings.ProbePort}", app.Errors.Text, StringComparison.Ordinal);
        Assert.Contains("main port", app.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ProbePortIsBusy_StopsInProduction()
    {
        var settings = new AppSettings { Probes = true };
        using var other = Listen(settings.ProbePort);
        await using var app = AppProcess.Start("web", settings);

        var (code, _) = await app.ExitsAsync();

        Assert.NotEqual(0, code);
        Assert.Contains($"Graceful:Probes:Port = {settings.ProbePort} is in use", app.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ProbePortIsBusy_IsAWarningInDevelopment()
    {
        var settings = new AppSettings { Probes = true, Environment = "Development" };
        using var other = Listen(settings.ProbePort);
        await using var app = await AppProcess.StartReadyAsync("web", settings);

        await app.LineAsync($"The probe port {settings.ProbePort} is in use");
        app.Signal(Signals.Int);
        await app.ExitsCleanlyAsync();
    }

    [Fact]
    public async Task Start_WebServerWithoutItsPackage_StopsAndNamesTheCall()
    {
        await using var app = AppProcess.Start("core-only", new AppSettings());

        var (code, _) = await app.ExitsAsync();

        Assert.NotEqual(0, code);
        Assert.Contains("builder.AddGraceful().AddAspNetCore()", app.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabled_ResolvesItsServicesAndDoesNothing()
    {
        // Broken settings must not keep the emergency switch from working.
        var settings = new AppSettings { Probes = true, PropagationDelay = AppSettings.Endless }
            .With("Graceful__Enabled", "false")
            .With("Graceful__Drain__Budget", "nonsense");
        await using var app = await AppProcess.StartReadyAsync("web", settings, ready: "started");
        Assert.Null(await app.ProbeAsync("/livez"));
        var request = app.Http.GetStringAsync(new Uri("/slow?ms=300", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.Signal(Signals.Term);

        Assert.Equal("done", await request);
        TimeAssert.AtMost(0.3 + 0.5, await app.ExitsCleanlyAsync());
        Assert.Equal(
            ["started", "request-begun", "stopping", "request-ended", "stopped", "exit"],
            app.Output.Events.Where(e => !e.StartsWith("listening", StringComparison.Ordinal) && !e.StartsWith("pid", StringComparison.Ordinal)));
        Assert.DoesNotContain(app.Output.Lines, l => l.Contains("Graceful.", StringComparison.Ordinal));
    }

    private static Socket Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.Listen();
        return socket;
    }
}
