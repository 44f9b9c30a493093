using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Graceful.TestApp.Scenarios;

/// <summary>Server-Sent Events and WebSockets, obedient and not; listeners made in code, one with TLS and so with HTTP/2.</summary>
internal static class Streams
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(Certificate()));
        });
        builder.AddGraceful();
        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        app.MapRequests();
        app.MapGet("/events", TickAsync).OnDrain(DrainMode.Cancel);
        app.MapGet("/rapid-events", RapidAsync).OnDrain(DrainMode.Cancel);
        app.MapGet("/endless-events", (HttpContext context) => TickAsync(context, context.RequestAborted));
        app.MapGet("/deaf-events", (HttpContext context) => TickAsync(context, CancellationToken.None));
        app.MapGet("/flood", FloodAsync).OnDrain(DrainMode.CloseAfter);
        app.Map("/ws", ReadAsync).OnDrain(DrainMode.Cancel);
        app.Map("/deaf-ws", ReadAsync);
        return ScenarioHost.RunAsync(app);
    }

    private static async Task TickAsync(HttpContext context, CancellationToken aborted)
    {
        context.Response.ContentType = "text/event-stream";
        for (var i = 1; ; i++)
        {
            await context.Response.WriteAsync($"data: {i}\n\n", aborted);
            await context.Response.Body.FlushAsync(aborted);
            if (i == 1)
            {
                Events.Say("stream-begun");
            }

            await Task.Delay(50, aborted);
        }
    }

    /// <summary>Writes without a pause, so that the drain meets it in a write.</summary>
    private static async Task RapidAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        Events.Say("stream-begun");
        while (true)
        {
            await context.Response.WriteAsync("data: 0123456789\n\n", context.RequestAborted);
        }
    }

    /// <summary>More than any client that does not read can take.</summary>
    private static async Task FloodAsync(HttpContext context)
    {
        Events.Say("stream-begun");
        var block = new byte[64 * 1024];
        while (true)
        {
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
        }
    }

    private static async Task ReadAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        Events.Say("stream-begun");
        var buffer = new byte[1024];
        var result = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
        while (result.MessageType != WebSocketMessageType.Close)
        {
            result = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
        }

        Events.Say("stream-closed-by-peer");
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
