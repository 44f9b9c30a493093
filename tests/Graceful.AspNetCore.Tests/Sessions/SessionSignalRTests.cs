using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>The session of a hub's connection, which outlives the answer that began it. With long polling a hub has none, here as in ASP.NET Core.</summary>
public sealed class SessionSignalRTests
{
    private readonly ProbeStore _store = new();

    [Theory]
    [InlineData(HttpTransportType.WebSockets)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    public async Task Hub_ReadsItsSession_AndCannotWriteIt(HttpTransportType transport)
    {
        await using var app = await SessionApp.StartAsync(
            _store,
            a =>
            {
                a.MapGet("/write", (HttpContext c, string v) => c.Session.SetString("text", v));
                a.MapGet("/read", (HttpContext c) => c.Text("text"));
                a.MapHub<TextHub>("/hub");
            },
            configure: b => b.Services.AddSignalR(o => o.EnableDetailedErrors = true));
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/write?v=a");
        await using var connection = new HubConnectionBuilder().WithUrl(new Uri(app.Test.Http, "/hub"), transport, o => o.Cookies = cookies).Build();
        await connection.StartAsync().Within("the connection");

        Assert.Equal("a", await connection.InvokeAsync<string>(nameof(TextHub.Read)).Within("the read"));
        var refusal = await Assert.ThrowsAsync<HubException>(() => connection.InvokeAsync(nameof(TextHub.Write), "b").Within("the write"));

        Assert.Contains("The session cannot be changed any more", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("a", await browser.GetStringAsync("/read"));
        Assert.Single(_store.Commits);
    }

    private sealed class TextHub : Hub
    {
        public string? Read() => Context.GetHttpContext()!.Session.GetString("text");

        public void Write(string text) => Context.GetHttpContext()!.Session.SetString("text", text);
    }
}
