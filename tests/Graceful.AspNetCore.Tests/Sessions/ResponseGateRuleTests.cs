using System.Net;
using System.Text;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>What goes through the gate beside plain answers: callbacks, writes at once, and what begins a response without writing to it.</summary>
public sealed class ResponseGateRuleTests
{
    private static readonly string[] Names = ["first", "second"];
    private readonly ProbeStore _store = new();

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    public async Task Callbacks_RunOnce_LastFirst_WhereTheResponseBegins(string body)
    {
        await using var app = await GateApp.StartAsync(_store, async c =>
        {
            foreach (var name in Names)
            {
                c.Response.OnStarting(() =>
                {
                    c.Response.Headers.Append("X-Started", name);
                    return Task.CompletedTask;
                });
            }

            GateApp.Set(c);
            if (body.Length > 0)
            {
                await c.Response.WriteAsync(body);
            }
        });
        using var browser = app.Browser();

        var response = await browser.GetAsync("/");

        Assert.Equal(["second", "first"], response.Headers.GetValues("X-Started"));
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Writes_AtOnce_StoreOnce_AndWait_AlsoForTheEndOfTheMiddleware(bool andEnds)
    {
        var gate = new Gate();
        _store.BeforeCommit = _ => gate.PassAsync();
        await using var app = await GateApp.StartAsync(_store, async c =>
        {
            GateApp.Set(c);
            var first = c.Response.WriteAsync("one");
            var second = c.Response.BodyWriter.FlushAsync().AsTask();
            if (!andEnds)
            {
                await Task.WhenAll(first, second);
            }
        });
        await using var client = await RawClient.ConnectAsync(app.Test.Http);

        var response = client.GetAsync("/");
        await gate.EnteredAsync();
        Assert.False(response.IsCompleted);
        gate.Open();

        Assert.Equal(200, (await response).Status);
        Assert.Equal((1, 1), (gate.Entered, _store.Commits.Count));
    }

    [Fact]
    public async Task Write_ThatTheHandlerLeftRunning_WaitsForTheStoreAtTheEnd()
    {
        var (gate, left) = (new Gate(), new Gate());
        _store.BeforeCommit = _ => gate.PassAsync();
        Task? late = null;
        await using var app = await GateApp.StartAsync(
            _store,
            c =>
            {
                GateApp.Set(c);
                late = LateAsync();
                return Task.CompletedTask;

                async Task LateAsync()
                {
                    await left.PassAsync();
                    await c.Response.WriteAsync("late");
                }
            },
            outside: async (_, next) =>
            {
                var ending = next();
                left.Open();
                await ending;
                await late!;
            });
        await using var client = await RawClient.ConnectAsync(app.Test.Http);
        var response = client.GetAsync("/");
        await gate.EnteredAsync();
        Assert.False(late!.IsCompleted);
        gate.Open();

        var (_, headers, body, _) = await response;
        Assert.Contains(".AspNetCore.Session=", headers["Set-Cookie"]);
        Assert.Equal("late", body);
        Assert.Equal((1, 1), (gate.Entered, _store.Commits.Count));
    }

    [Theory]
    [InlineData("flush")]
    [InlineData("complete")]
    [InlineData("complete, and wait")]
    public async Task Response_WithoutABody_BeginsAtTheGateToo(string how)
    {
        _store.Fails = true;
        await using var app = await GateApp.StartAsync(_store, async c =>
        {
            GateApp.Set(c).Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = "Fine";
            GateApp.AllowSync(c);
            switch (how)
            {
                case "flush":
                    c.Response.Body.Flush();
                    break;
                case "complete":
                    c.Response.BodyWriter.Complete();
                    break;
                default:
                    await c.Response.BodyWriter.CompleteAsync();
                    break;
            }
        });
        using var browser = app.Browser();

        var response = await browser.GetAsync("/");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Service Unavailable"), (response.StatusCode, response.ReasonPhrase));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_PastTheGate_IsHeldUpUntilTheSessionIsStored(bool fails)
    {
        _store.Fails = fails;
        IHttpResponseBodyFeature? server = null;
        await using var app = await GateApp.StartAsync(
            _store,
            async c =>
            {
                GateApp.Set(c);
                await server!.StartAsync();
            },
            outside: async (c, next) =>
            {
                server = c.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
                await next();
            });
        using var browser = app.Browser();

        var response = await browser.GetAsync("/");

        Assert.Equal((fails ? HttpStatusCode.InternalServerError : HttpStatusCode.OK, !fails), (response.StatusCode, SessionApp.SetCookie(response) is not null));
        Assert.Equal(fails ? 0 : 1, _store.Commits.Count);
    }
}
