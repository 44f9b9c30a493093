using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Draining;

public class SignalRTests
{
    [Theory]
    [InlineData(HttpTransportType.WebSockets)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    [InlineData(HttpTransportType.LongPolling)]
    public async Task Client_IsToldToReconnect_AndNotLetInAgain(HttpTransportType transport)
    {
        var refused = 0;
        await using var test = await StartAsync(new Gate(), refused: () => refused++);
        await using var client = Create(test, transport);
        var reconnecting = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = false;
        client.Reconnecting += error =>
        {
            reconnecting.TrySetResult(error);
            return Task.CompletedTask;
        };
        client.Closed += _ =>
        {
            closed = true;
            return Task.CompletedTask;
        };
        await client.StartAsync().Within("the connection");
        Assert.Equal(3, await client.InvokeAsync<int>("Add", 1, 2).Within("an answer"));
        var drain = test.DrainAsync();

        // A reset would come with an exception; the close message comes with none.
        Assert.Null(await reconnecting.Task.Within("the close message"));

        Assert.False(closed);
        Assert.True(test.Lifecycle.Phase >= InstancePhase.Draining);
        var report = await drain;
        Assert.Equal((0, true), (report.StreamsAborted, report.IsClean));
        await Eventually.True(() => refused >= 2, "the client's attempts to come back");
        Assert.Equal(HubConnectionState.Reconnecting, client.State);
    }

    /// <summary>SignalR's own close message goes out, between two invocations; the mark does not end its stream.</summary>
    [Fact]
    public async Task HubMarkedWithADrainMode_IsClosedAsEveryHub()
    {
        await using var test = await StartAsync(new Gate(), mode: DrainMode.Cancel);
        await using var client = Create(test, HttpTransportType.ServerSentEvents);
        var reconnecting = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Reconnecting += error =>
        {
            reconnecting.TrySetResult(error);
            return Task.CompletedTask;
        };
        await client.StartAsync().Within("the connection");
        var held = client.InvokeAsync<string>("Hold");
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.Draining);
        await Task.Delay(200);
        Assert.Equal(HubConnectionState.Connected, client.State);
        test.App.Services.GetRequiredService<Gate>().Open();

        Assert.Equal("held", await held.Within("the answer"));
        Assert.Null(await reconnecting.Task.Within("the close message"));
        Assert.True((await drain).IsClean);
    }

    /// <summary>Nothing on the wire tells a poll from a request; its endpoint does.</summary>
    [Fact]
    public async Task Snapshot_LongPolling_IsAStream()
    {
        await using var test = await StartAsync(new Gate());
        await using var client = Create(test, HttpTransportType.LongPolling);
        await client.StartAsync().Within("the connection");

        await Eventually.True(() => test.Open is { Requests: 0, Streams: 1 }, "its poll is open, as a stream");
    }

    [Fact]
    public async Task Snapshot_Negotiate_IsARequest()
    {
        var gate = new Gate();
        await using var test = await StartAsync(new Gate(), atNegotiate: () => gate.PassAsync());
        await using var client = Create(test, HttpTransportType.WebSockets);
        var start = client.StartAsync();
        await gate.EnteredAsync();

        Assert.Equal((1, 0), (test.Open.Requests, test.Open.Streams));
        gate.Open();
        await start.Within("the connection");
    }

    [Fact]
    public async Task InvocationInFlight_CompletesBeforeTheClose()
    {
        var gate = new Gate();
        await using var test = await StartAsync(gate, o => o.Drain.StreamGrace = TimeSpan.FromSeconds(5));
        await using var client = Create(test, HttpTransportType.WebSockets);
        await client.StartAsync().Within("the connection");
        var answer = client.InvokeAsync<string>("Hold");
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await Eventually.True(() => test.Traffic.DrainToken.IsCancellationRequested, "the drain token");

        // More than a few sweeps.
        await Task.Delay(400);
        Assert.Equal(HubConnectionState.Connected, client.State);
        gate.Open();

        Assert.Equal("held", await answer.Within("the answer"));
        Assert.True((await drain).IsClean);
    }

    [Fact]
    public async Task ClientThatNeverStopsInvoking_IsClosedBetweenTwoInvocations()
    {
        await using var test = await StartAsync(new Gate(), o => o.Drain.StreamGrace = TimeSpan.FromSeconds(4));
        await using var client = Create(test, HttpTransportType.WebSockets);
        var reconnecting = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Reconnecting += error =>
        {
            reconnecting.TrySetResult(error);
            return Task.CompletedTask;
        };
        await client.StartAsync().Within("the connection");
        var drain = test.DrainAsync();
        while (client.State == HubConnectionState.Connected)
        {
            try
            {
                await client.InvokeAsync<int>("Add", 1, 2);
            }
            catch (Exception exception) when (exception is InvalidOperationException or OperationCanceledException)
            {
                // It crossed the close message.
                break;
            }

            await Task.Delay(5);
        }

        Assert.Null(await reconnecting.Task.Within("the close message"));
        Assert.Equal(0, (await drain).StreamsAborted);
    }

    [Fact]
    public async Task Negotiate_IsServedInTheLameDuck_AndRefusedAfterIt()
    {
        var gate = new Gate();
        await using var test = await StartAsync(gate);
        await using var holder = await RawClient.ConnectAsync(test.Http);
        var held = holder.GetAsync("/hold");
        await gate.EnteredAsync();
        using var http = new HttpClient { BaseAddress = test.Http };
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.LameDuck);
        using (var early = await http.PostAsync("/hub/negotiate?negotiateVersion=1", null))
        {
            Assert.Equal(HttpStatusCode.OK, early.StatusCode);
        }

        await test.PhaseAsync(InstancePhase.Draining);
        await Eventually.True(() => test.Traffic.IsDraining, "the drain");
        using (var late = await http.PostAsync("/hub/negotiate?negotiateVersion=1", null))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, late.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), late.Headers.RetryAfter?.Delta);
            Assert.True(late.Headers.ConnectionClose);
        }

        // What is no hub is served to the end.
        Assert.Equal("ok", await http.GetStringAsync("/"));
        gate.Open();
        await held;
        await drain;
    }

    private static Task<TestApp> StartAsync(Gate gate, Action<GracefulOptions>? options = null, Action? refused = null, Func<Task>? atNegotiate = null, DrainMode mode = DrainMode.Complete) => TestApp.StartAsync(
        app =>
        {
            app.Use(async (context, next) =>
            {
                if (atNegotiate is not null && context.Request.Path == "/hub/negotiate")
                {
                    await atNegotiate();
                }

                await next(context);
                if (context.Response.StatusCode == 503)
                {
                    refused?.Invoke();
                }
            });
            var hub = app.MapHub<TestHub>("/hub");
            if (mode != DrainMode.Complete)
            {
                hub.OnDrain(mode);
            }

            app.MapGet("/", () => "ok");
            app.MapGet("/hold", () => gate.PassAsync());
        },
        o =>
        {
            o.Drain.StreamGrace = TimeSpan.FromSeconds(3);
            options?.Invoke(o);
        },
        builder =>
        {
            builder.Services.AddSignalR();
            builder.Services.AddSingleton(gate);
        });

    private static HubConnection Create(TestApp test, HttpTransportType transport) => new HubConnectionBuilder()
        .WithUrl(new Uri(test.Http, "/hub"), transport)
        .WithAutomaticReconnect([TimeSpan.Zero, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1)])
        .Build();

    private sealed class TestHub(Gate gate) : Hub
    {
        public async Task<int> Add(int a, int b)
        {
            await Clients.Caller.SendAsync("added");
            return a + b;
        }

        public async Task<string> Hold()
        {
            await gate.PassAsync();
            return "held";
        }
    }
}
