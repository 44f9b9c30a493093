using Graceful.AspNetCore.Tests.Testing;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Draining;

public class GrpcTests
{
    [Theory]
    [InlineData(20)]
    [InlineData(0)]
    public async Task ServerStreaming_OnDrainCancel_EndsWithUnavailable(int pause)
    {
        // Without a pause, the drain meets the handler in a write that has its token.
        await using var test = await StartAsync(new Behaviour(Throws: true, new Gate(), pause));
        using var channel = Channel(test);
        using var call = new Ticker.TickerClient(channel).Watch(new WatchRequest(), deadline: DateTime.UtcNow + Eventually.Patience);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(1, test.Open.Streams);
        var drain = test.DrainAsync();

        var end = await Assert.ThrowsAsync<RpcException>(() => ReadToEndAsync(call));

        Assert.Equal((StatusCode.Unavailable, "draining"), (end.StatusCode, end.Status.Detail));
        var report = await drain;
        Assert.Equal((0, true), (report.StreamsAborted, report.IsClean));
    }

    [Fact]
    public async Task ServerStreaming_HandlerThatReturns_IsBelieved()
    {
        await using var test = await StartAsync(new Behaviour(Throws: false, new Gate()));
        using var channel = Channel(test);
        using var call = new Ticker.TickerClient(channel).Watch(new WatchRequest(), deadline: DateTime.UtcNow + Eventually.Patience);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        var drain = test.DrainAsync();

        await ReadToEndAsync(call);

        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.True((await drain).IsClean);
    }

    [Fact]
    public async Task Unary_ThatCompletesWhileDraining_KeepsItsAnswer()
    {
        var gate = new Gate();
        await using var test = await StartAsync(new Behaviour(Throws: false, gate));
        using var channel = Channel(test);
        var answer = new Ticker.TickerClient(channel).OnceAsync(new WatchRequest(), deadline: DateTime.UtcNow + Eventually.Patience).ResponseAsync;
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await Eventually.True(() => test.Traffic.DrainToken.IsCancellationRequested, "the drain token");
        gate.Open();

        Assert.Equal(7, (await answer).Seq);
        Assert.True((await drain).IsClean);
    }

    private static Task<TestApp> StartAsync(Behaviour behaviour) => TestApp.StartAsync(
        app => app.MapGrpcService<TickerService>().OnDrain(DrainMode.Cancel),
        o => o.Drain.StreamGrace = TimeSpan.FromSeconds(3),
        builder =>
        {
            builder.Services.AddGrpc();
            builder.Services.AddSingleton(behaviour);
        });

    private static GrpcChannel Channel(TestApp test) =>
        GrpcChannel.ForAddress(test.Https, new GrpcChannelOptions { HttpHandler = Http2.CreateHandler(), DisposeHttpClient = true });

    private static async Task ReadToEndAsync(AsyncServerStreamingCall<Tick> call)
    {
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            // What comes before the end.
        }
    }

    private sealed record Behaviour(bool Throws, Gate Gate, int Pause = 20);

    private sealed class TickerService(Behaviour behaviour) : Ticker.TickerBase
    {
        public override async Task Watch(WatchRequest request, IServerStreamWriter<Tick> responseStream, ServerCallContext context)
        {
            for (var seq = 0; behaviour.Throws || seq == 0; seq++)
            {
                await responseStream.WriteAsync(new Tick { Seq = seq }, context.CancellationToken);
                if (behaviour.Pause > 0)
                {
                    await Task.Delay(behaviour.Pause, context.CancellationToken);
                }
            }

            await Task.Delay(Timeout.Infinite, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public override async Task<Tick> Once(WatchRequest request, ServerCallContext context)
        {
            await behaviour.Gate.PassAsync();
            return new Tick { Seq = 7 };
        }
    }
}
