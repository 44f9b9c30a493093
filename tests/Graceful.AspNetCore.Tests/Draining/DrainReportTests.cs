using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>The report names what held the drain up, and gives nothing away.</summary>
public class DrainReportTests
{
    [Fact]
    public async Task RequestThatHoldsTheDrainUp_IsNamedByItsRoutePattern()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app => app.MapGet("/orders/{id}", () => gate.PassAsync()));
        await using var client = await RawClient.ConnectAsync(test.Http);
        var response = client.GetAsync("/orders/SECRET?token=SECRET");
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.Draining);
        await Task.Delay(600); // a sample is taken every 250 ms
        gate.Open();
        await response;

        var report = await drain;

        var held = Assert.Single(report.Held, h => h.Kind == DrainHolderKind.Request);
        Assert.Equal(("GET /orders/{id}", DrainOutcome.Finished), (held.Name, held.Outcome));
        Assert.True(held.Duration > TimeSpan.Zero);
        Assert.DoesNotContain("SECRET", report.ToString(), StringComparison.Ordinal);
        Assert.True(report.IsClean);
    }

    [Fact]
    public async Task RequestWithoutAnEndpoint_ShowsNoPath()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app => app.Run(_ => gate.PassAsync()));
        await using var client = await RawClient.ConnectAsync(test.Http);
        var response = client.GetAsync("/SECRET");
        await gate.EnteredAsync();

        var item = Assert.Single(test.Traffic.GetItems());

        Assert.Equal((DrainHolderKind.Request, "GET (no route)"), (item.Kind, item.Name));
        gate.Open();
        await response;
    }

    [Fact]
    public async Task RequestThatNeverEnds_IsCutAtTheDeadline_AndSaid()
    {
        var flushed = false;
        await using var test = await TestApp.StartAsync(
            app => app.MapGet("/stuck/{id}", (HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted)),
            o =>
            {
                o.Drain.Budget = TimeSpan.FromSeconds(4);
                o.Drain.FlushReserve = TimeSpan.FromSeconds(2);
            },
            builder => builder.Services.AddParticipant(() => flushed = true));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.SendAsync("GET /stuck/SECRET HTTP/1.1\r\nHost: test\r\n\r\n");
        await Eventually.True(() => test.Open.Requests == 1, "the request runs");

        await test.ExitAsync();

        var line = test.ReportLine;
        Assert.StartsWith("Graceful drain report: reason=StopApplication outcome=lossy ", line, StringComparison.Ordinal);
        Assert.Contains(" requestsAtStart=1 connectionsAtStart=1 lateArrivals=0 requestsAborted=1 streamsAborted=0 ", line, StringComparison.Ordinal);
        Assert.Contains("held=[request GET /stuck/{id} ", line, StringComparison.Ordinal);
        Assert.Contains("aborted", line, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", string.Join('\n', test.Log.Lines.Where(l => l.Category.StartsWith("Graceful", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.True(flushed, "the flush reserve was used up");
        Assert.NotEqual(ConnectionEnd.Clean, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task AbortAll_AHandlerInTheMiddleOfItsResponse_IsCut()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app => app.MapGet("/hold", (HttpContext context) => gate.PassAsync(context.RequestAborted)));
        await using var busy = await RawClient.ConnectAsync(test.Http);
        await busy.SendAsync("GET /hold HTTP/1.1\r\nHost: test\r\n\r\n");
        await using var idle = await RawClient.ConnectAsync(test.Http);
        await idle.GetAsync("/none");
        await gate.EnteredAsync();
        await Eventually.True(() => test.Open.Requests == 1, "one request");

        var cut = test.Traffic.AbortAll();

        Assert.Equal([DrainHolderKind.Request, DrainHolderKind.Connection], cut.Select(i => i.Kind).Order());
        await Eventually.True(() => test.Open.IsEmpty, "nothing is open");
        Assert.Empty(test.Traffic.AbortAll());
    }
}
