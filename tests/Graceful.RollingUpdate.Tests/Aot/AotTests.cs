using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using Graceful.RollingUpdate.Tests.Processes;
using Graceful.RollingUpdate.Tests.Rolls;

namespace Graceful.RollingUpdate.Tests.Aot;

/// <summary>The main scenarios once more, on native binaries of the samples.</summary>
[Collection(nameof(OneAtATime))]
[Trait(Categories.Name, Categories.Aot)]
public sealed class AotTests(NativeBinaries native) : IClassFixture<NativeBinaries>
{
    [Theory]
    [InlineData("Shop")]
    [InlineData("Worker")]
    public void Publish_NativeAot_HasNoWarningOfOurs(string sample)
    {
        Categories.RequireAot();

        var warnings = native.Output[sample].Split('\n').Where(l => l.Contains("warning", StringComparison.OrdinalIgnoreCase)).ToList();

        Assert.DoesNotContain(warnings, w => w.Contains("Graceful", StringComparison.OrdinalIgnoreCase) || w.Contains(sample, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sigterm_NobodyThere_ExitsEarly()
    {
        await using var app = await StartShopAsync(new AppSettings { PropagationDelay = AppSettings.Endless, MinimumPropagation = TimeSpan.FromSeconds(0.7) });

        app.Signal(Signals.Term);

        TimeAssert.AtMost(0.7 + 0.5, await app.ExitsCleanlyAsync());
        Assert.True(app.Report.EarlyExit);
    }

    [Fact]
    public async Task Sigterm_RequestRunning_CompletesIt()
    {
        await using var app = await StartShopAsync(new AppSettings());
        var request = app.Http.GetStringAsync(new Uri("/api/slow?ms=3000", UriKind.Relative), TestContext.Current.CancellationToken);
        await UntilServingAsync(app, requests: 1);

        app.Signal(Signals.Term);

        Assert.Contains("\"waited\":3000", await request, StringComparison.Ordinal);
        await app.ExitsCleanlyAsync();
        Assert.True(app.Report.IsClean);
        Assert.Equal(1, app.Report.Count("requestsAtStart"));
    }

    [Fact]
    public async Task SigtermThreeTimes_CutsEverything()
    {
        await using var app = await StartShopAsync(new AppSettings { PropagationDelay = AppSettings.Endless });
        var request = app.Http.GetStringAsync(new Uri("/api/slow?ms=60000", UriKind.Relative), TestContext.Current.CancellationToken);
        await UntilServingAsync(app, requests: 1);

        app.Signal(Signals.Term);
        await app.LineAsync("-> LameDuck");
        await app.SignalAgainAsync(Signals.Term);
        await app.LineAsync("-> Draining");
        await app.SignalAgainAsync(Signals.Term);

        await Assert.ThrowsAsync<HttpRequestException>(() => request);
        TimeAssert.AtMost(2 * 0.4 + 1, await app.ExitsCleanlyAsync());
        Assert.Equal(1, app.Report.Count("requestsAborted"));
    }

    [Fact]
    public async Task Sigterm_StreamsOpen_EndsThemCleanly()
    {
        await using var app = await StartShopAsync(new AppSettings { StreamGrace = TimeSpan.FromSeconds(3) });
        using var events = new StreamReader(await app.Http.GetStreamAsync(new Uri("/events", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.NotNull(await events.ReadLineAsync(TestContext.Current.CancellationToken));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(app.Addresses[0]) { Scheme = "ws", Path = "/ws/prices" }.Uri, TestContext.Current.CancellationToken);

        app.Signal(Signals.Term);

        await events.ReadToEndAsync(TestContext.Current.CancellationToken);
        WebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(new byte[4096], TestContext.Current.CancellationToken);
        }
        while (received.MessageType != WebSocketMessageType.Close);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, received.CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, TestContext.Current.CancellationToken);
        await app.ExitsCleanlyAsync();
        Assert.True(app.Report.IsClean);
    }

    [Fact]
    public async Task HalfSentHeader_IsCutAtTheEndOfTheGrace()
    {
        await using var app = await StartShopAsync(new AppSettings());
        using var client = await RawConnection.OpenAsync(app.Addresses[0]);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: lo");

        app.Signal(Signals.Term);

        TimeAssert.AtMost(1 + 1 + 1, await app.ExitsCleanlyAsync());
        Assert.Equal(1, app.Report.Count("connectionsAborted"));
    }

    [Fact]
    public async Task Drain_ThenSigterm_AnswersAndThenExits()
    {
        await using var app = await StartShopAsync(new AppSettings().With("Graceful__Probes__Drain__Enabled", "true"));

        using (var answer = await app.PostProbeAsync("/drain", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.True(app.IsRunning);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await app.ProbeAsync("/readyz"));
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/livez"));
        app.Signal(Signals.Term);
        TimeAssert.AtMost(0.5, await app.ExitsCleanlyAsync());
    }

    [Fact]
    public async Task Sigint_InDevelopment_HasNoLameDuck()
    {
        await using var app = await StartShopAsync(new AppSettings { PropagationDelay = AppSettings.Endless, Environment = "Development" });

        app.Signal(Signals.Int);

        TimeAssert.AtMost(0.5, await app.ExitsCleanlyAsync());
    }

    [Fact]
    public async Task Worker_Sigterm_FinishesEveryItemItTook()
    {
        Categories.RequireAot();
        var folder = Directory.CreateTempSubdirectory("worker-");
        try
        {
            var results = Path.Combine(folder.FullName, "results");
            var ready = Path.Combine(folder.FullName, "ready");
            var settings = Lifetime(new AppSettings()).With("Worker__ResultsFile", results).With("Graceful__Probes__ReadinessFile", ready);
            await using var app = AppProcess.Start(new ProcessStartInfo(native.Worker) { WorkingDirectory = Path.GetDirectoryName(native.Worker) }, settings);
            await Poll.UntilAsync(() => File.Exists(ready), () => "The worker does not become ready.");
            await app.LineAsync("Job 2 started");

            app.Signal(Signals.Term);

            await app.ExitsCleanlyAsync();
            Assert.False(File.Exists(ready));
            var started = app.Output.Lines.Count(l => l.Contains("Job ", StringComparison.Ordinal) && l.EndsWith(" started.", StringComparison.Ordinal));
            Assert.Equal(started, (await File.ReadAllLinesAsync(results, TestContext.Current.CancellationToken)).Length);
            Assert.True(app.Report.IsClean);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>All kinds of clients at once, SignalR's among them.</summary>
    [Fact]
    public async Task Roll_FromANativeFleet_LosesNothing()
    {
        Categories.RequireAot();
        var roll = await Roll.RunAsync("--gateway", "yarp", "--instances", "2", "--duration", "10", "--v1", native.Shop);

        roll.AssertNothingLost(instances: 2);
    }

    private async Task<AppProcess> StartShopAsync(AppSettings settings)
    {
        Categories.RequireAot();
        var app = AppProcess.Start(
            new ProcessStartInfo(native.Shop) { WorkingDirectory = Path.GetDirectoryName(native.Shop) }, Lifetime(settings with { Probes = true }));
        try
        {
            await app.LineAsync("-> Ready");
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>A sample tells its address in the framework's own words.</summary>
    private static AppSettings Lifetime(AppSettings settings) => settings.With("Logging__LogLevel__Microsoft.Hosting.Lifetime", "Information");

    private static async Task UntilServingAsync(AppProcess app, int requests) =>
        await Poll.UntilAsync(async () => await app.RequestsAsync() == requests, () => "The request does not arrive.");
}
