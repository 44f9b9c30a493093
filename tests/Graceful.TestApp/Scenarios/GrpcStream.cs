using System.Net;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Graceful.TestApp.Scenarios;

/// <summary>gRPC server streaming, with the service defined in code.</summary>
internal static class GrpcStream
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.AddGraceful();
        var app = builder.Build();
        app.MapGrpcService<Ticker>().OnDrain(DrainMode.Cancel);
        return ScenarioHost.RunAsync(app);
    }

    /// <summary>What the code generator would make of <c>rpc Ticks(string) returns (stream string)</c>.</summary>
    [BindServiceMethod(typeof(TickerBinding), nameof(TickerBinding.Bind))]
    private abstract class TickerBase
    {
        public abstract Task Ticks(string request, IServerStreamWriter<string> responseStream, ServerCallContext context);
    }

    private static class TickerBinding
    {
        private static readonly Marshaller<string> Text = Marshallers.Create(Encoding.UTF8.GetBytes, Encoding.UTF8.GetString);

        private static readonly Method<string, string> Ticks = new(MethodType.ServerStreaming, "Ticker", nameof(Ticks), Text, Text);

        public static void Bind(ServiceBinderBase binder, TickerBase? service) =>
            binder.AddMethod(Ticks, service is null ? null : new ServerStreamingServerMethod<string, string>(service.Ticks));
    }

    private sealed class Ticker : TickerBase
    {
        public override async Task Ticks(string request, IServerStreamWriter<string> responseStream, ServerCallContext context)
        {
            Events.Say("stream-begun");
            for (var i = 1; ; i++)
            {
                await responseStream.WriteAsync($"{request} {i}", context.CancellationToken);

                // "rapid": the drain meets it in a write.
                if (request == "tick")
                {
                    await Task.Delay(50, context.CancellationToken);
                }
            }
        }
    }
}
