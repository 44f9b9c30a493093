using System.Net;
using System.Text;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>When the gate does not open: what was written before and what is written after.</summary>
public sealed class ResponseGateRefusalTests
{
    private readonly ProbeStore _store = new();

    [Fact]
    public async Task Refused_WhatIsWrittenLater_GoesNowhere_AndHoldsNoMemory()
    {
        _store.Fails = true;
        long? pending = null;
        var (hasStarted, isCompleted, ended) = (false, false, new TaskCompletionSource());
        await using var app = await GateApp.StartAsync(
            _store,
            async c =>
            {
                var writer = GateApp.Set(c).Response.BodyWriter;
                writer.Advance(Encoding.UTF8.GetBytes("the handler's", writer.GetSpan(100)));
                isCompleted = (await writer.FlushAsync()).IsCompleted;
                Assert.Equal(0, writer.UnflushedBytes);
                writer.Advance(Encoding.UTF8.GetBytes("the handler's", writer.GetSpan(100)));
                pending = writer.UnflushedBytes;
                hasStarted = c.Response.HasStarted;
                Assert.Throws<InvalidOperationException>(() => c.Session.SetString("text", "late"));
                await writer.WriteAsync("the handler's"u8.ToArray());
                await writer.CompleteAsync();
                await c.Response.Body.WriteAsync("the handler's"u8.ToArray());
                await c.Response.Body.FlushAsync();
                GateApp.AllowSync(c);
                c.Response.Body.Write("the handler's"u8);
                c.Response.Body.Flush();
                writer.Complete();
            },
            outside: async (c, next) =>
            {
                await next();
                await c.Response.WriteAsync("the middleware's");
                ended.SetResult();
            });
        await using var client = await RawClient.ConnectAsync(app.Test.Http);

        var response = await client.GetAsync("/");
        await ended.Task.Within("the request");

        Assert.Equal((503, true), (response.Status, response.IsComplete));
        Assert.StartsWith("{", response.Body);
        Assert.DoesNotContain("'s", response.Body);
        Assert.Equal((0L, true, true), (pending, hasStarted, isCompleted));
        Assert.DoesNotContain(app.Test.Log.Lines, l => l.Text.Contains("unhandled", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("fine", (await client.GetAsync("/fine")).Body[..4]);
    }

    [Fact]
    public async Task Refused_TheAnswerIsWhole_ThoughTheHandlerGoesOn()
    {
        var gate = new Gate();
        await using var app = await GateApp.StartAsync(
            _store,
            async c =>
            {
                if (_store.Commits.IsEmpty)
                {
                    GateApp.Set(c);
                    return;
                }

                c.Session.Set("cart", new Cart(1));
                await c.Response.WriteAsync("the handler's");
                await gate.PassAsync();
            },
            options: o => o.AddSchema<Cart>("cart", 1));
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/");

        // Not the store's fault: 500, which has no body.
        await _store.WriteAsync(_store.Handles.Keys.Single(), "cart", [0x40]);
        await using var client = await RawClient.ConnectAsync(app.Test.Http);
        var response = await client.GetAsync("/", $"Cookie: {cookies.GetCookieHeader(app.Test.Http)}\r\n");

        Assert.Equal((500, "0"), (response.Status, response.Headers["Content-Length"]));
        gate.Open();
    }

    [Fact]
    public async Task Read_ThatFailsWhenTheResponseHasBegun_CutsIt_AndIsNotHidden()
    {
        await using var app = await GateApp.StartAsync(
            _store,
            async c =>
            {
                if (!_store.Fails)
                {
                    GateApp.Set(c);
                    return;
                }

                await c.Response.WriteAsync("half of it");
                c.Session.GetString("text");
            });
        using var browser = app.Browser();
        (await browser.GetAsync("/")).EnsureSuccessStatusCode();
        _store.Fails = true;

        await Assert.ThrowsAsync<HttpRequestException>(() => browser.GetStringAsync("/"));

        await Eventually.True(() => app.Test.Log.Lines.Any(l => l.Text.Contains("unhandled", StringComparison.Ordinal) && l.Text.Contains("SessionStoreException", StringComparison.Ordinal)), "the fault is logged as it was");
    }

    [Fact]
    public async Task Exception_OfTheApplication_IsItsOwn()
    {
        await using var app = await GateApp.StartAsync(_store, _ => throw new InvalidOperationException("test"), before: a => a.UseExceptionHandler("/error"));
        using var browser = app.Browser();

        var response = await browser.GetAsync("/");

        Assert.Equal((HttpStatusCode.InternalServerError, "the page for errors"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task WrittenInFrontOfTheSession_CannotBeTakenBack_AndDoesNotLookWhole()
    {
        _store.Fails = true;
        var hasStarted = new TaskCompletionSource<bool>();
        await using var app = await GateApp.StartAsync(
            _store,
            async c =>
            {
                GateApp.Set(c);
                await c.Response.WriteAsync("the handler's");
                hasStarted.SetResult(c.Response.HasStarted);
            },
            outside: async (c, next) =>
            {
                c.Response.BodyWriter.Advance(Encoding.UTF8.GetBytes("the middleware's", c.Response.BodyWriter.GetSpan(100)));
                await next();
            });
        await using var client = await RawClient.ConnectAsync(app.Test.Http);

        await Assert.ThrowsAsync<EndOfStreamException>(() => client.GetAsync("/"));

        Assert.True(await hasStarted.Task.Within("the handler"));
    }

    [Theory]
    [InlineData("handled", "half of it, and the rest")]
    [InlineData("outside", "the middleware's")]
    public async Task HalfAnAnswer_BeforeTheStoreFailed_IsGivenIfTheApplicationGoesOn_AndNotBesideAnother(string who, string expected)
    {
        await using var app = await GateApp.StartAsync(
            _store,
            c =>
            {
                var writer = c.Response.BodyWriter;
                if (!_store.Fails)
                {
                    GateApp.Set(c);
                    return Task.CompletedTask;
                }

                writer.Advance(Encoding.UTF8.GetBytes("half of it", writer.GetSpan(100)));
                try
                {
                    c.Session.GetString("text");
                }
                catch (SessionStoreException) when (who == "handled")
                {
                    writer.Advance(Encoding.UTF8.GetBytes(", and the rest", writer.GetSpan(100)));
                }

                return Task.CompletedTask;
            },
            outside: async (c, next) =>
            {
                try
                {
                    await next();
                }
                catch (SessionStoreException)
                {
                    await c.Response.WriteAsync("the middleware's");
                }
            });
        using var browser = app.Browser();
        (await browser.GetAsync("/")).EnsureSuccessStatusCode();
        _store.Fails = true;

        Assert.Equal(expected, await browser.GetStringAsync("/"));
    }

    [Theory]
    [InlineData("nobody", false)]
    [InlineData("nobody", true)]
    [InlineData("outside", false)]
    [InlineData("outside", true)]
    [InlineData("inside", false)]
    [InlineData("inside", true)]
    public async Task HalfAnAnswer_BeforeTheStoreFailed_IsReplaced_WhoeverHandlesExceptions(string who, bool head)
    {
        await using var app = await GateApp.StartAsync(
            _store,
            c =>
            {
                if (!_store.Fails)
                {
                    GateApp.Set(c);
                    return Task.CompletedTask;
                }

                c.Response.Headers["X-Application"] = "yes";
                c.Response.BodyWriter.Advance(Encoding.UTF8.GetBytes("half of it", c.Response.BodyWriter.GetSpan(100)));
                c.Session.GetString("text");
                return Task.CompletedTask;
            },
            outside: null,
            before: a =>
            {
                if (who == "outside")
                {
                    Handle(a);
                }
            },
            behind: a =>
            {
                if (who == "inside")
                {
                    Handle(a);
                }
            });
        using var browser = app.Browser();
        (await browser.GetAsync("/")).EnsureSuccessStatusCode();
        _store.Fails = true;

        var response = await browser.SendAsync(new HttpRequestMessage(head ? HttpMethod.Head : HttpMethod.Get, "/"));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "1", true), (response.StatusCode, response.Headers.RetryAfter?.ToString(), response.Headers.CacheControl?.NoStore));
        Assert.False(response.Headers.Contains("X-Application"));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(head ? body.Length == 0 : body.StartsWith("{\"type\":\"urn:graceful:session-unavailable\"", StringComparison.Ordinal), body);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/fine")).StatusCode);

        static void Handle(WebApplication a) => a.UseExceptionHandler("/error");
    }
}
