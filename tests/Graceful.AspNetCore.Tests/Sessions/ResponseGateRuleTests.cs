using System.Net;
using System.Text;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>What goes through the gate beside plain answers: callbacks, writes at once, writes of others, and what was written before an exception of the store.</summary>
public sealed class ResponseGateRuleTests
{
    private readonly ProbeStore _store = new();

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    public async Task Callbacks_RunOnce_LastFirst_WhereTheResponseBegins(string body)
    {
        await using var app = await StartAsync(async c =>
        {
            foreach (var name in new[] { "first", "second" })
            {
                c.Response.OnStarting(() =>
                {
                    c.Response.Headers.Append("X-Started", name);
                    return Task.CompletedTask;
                });
            }

            Set(c);
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
        await using var app = await StartAsync(async c =>
        {
            Set(c);
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
        await using var app = await StartAsync(
            c =>
            {
                Set(c);
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

    [Fact]
    public async Task Refused_WhatIsWrittenLater_GoesNowhere_AndHoldsNoMemory()
    {
        _store.Fails = true;
        long? pending = null;
        var (hasStarted, isCompleted, ended) = (false, false, new TaskCompletionSource());
        await using var app = await StartAsync(
            async c =>
            {
                var writer = Set(c).Response.BodyWriter;
                writer.Advance(Encoding.UTF8.GetBytes("the handler's", writer.GetSpan(100)));
                isCompleted = (await writer.FlushAsync()).IsCompleted;
                writer.Advance(Encoding.UTF8.GetBytes("the handler's", writer.GetSpan(100)));
                pending = writer.UnflushedBytes;
                hasStarted = c.Response.HasStarted;
                await writer.WriteAsync("the handler's"u8.ToArray());
                await writer.CompleteAsync();
                await c.Response.Body.WriteAsync("the handler's"u8.ToArray());
                await c.Response.Body.FlushAsync();
                AllowSync(c);
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
        Assert.Empty(app.Test.Log.Lines.Where(l => l.Text.Contains("unhandled", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal("fine", (await client.GetAsync("/fine")).Body[..4]);
    }

    [Fact]
    public async Task WrittenInFrontOfTheSession_CannotBeTakenBack_AndDoesNotLookWhole()
    {
        _store.Fails = true;
        var hasStarted = new TaskCompletionSource<bool>();
        await using var app = await StartAsync(
            async c =>
            {
                Set(c);
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
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_PastTheGate_IsHeldUpUntilTheSessionIsStored(bool fails)
    {
        _store.Fails = fails;
        IHttpResponseBodyFeature? server = null;
        await using var app = await StartAsync(
            async c =>
            {
                Set(c);
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

    [Theory]
    [InlineData("handled", "half of it, and the rest")]
    [InlineData("outside", "the middleware's")]
    public async Task HalfAnAnswer_BeforeTheStoreFailed_IsGivenIfTheApplicationGoesOn_AndNotBesideAnother(string who, string expected)
    {
        await using var app = await StartAsync(
            c =>
            {
                var writer = c.Response.BodyWriter;
                if (!_store.Fails)
                {
                    Set(c);
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
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task HalfAnAnswer_BeforeTheStoreFailed_IsReplaced_WhoeverHandlesExceptions(bool inside, bool head)
    {
        await using var app = await StartAsync(
            c =>
            {
                if (!_store.Fails)
                {
                    Set(c);
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
                if (!inside)
                {
                    Handle(a);
                }
            },
            behind: a =>
            {
                if (inside)
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

    private static void AllowSync(HttpContext c) => c.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;

    private static HttpContext Set(HttpContext context)
    {
        context.Session.SetString("text", "a");
        return context;
    }

    private Task<SessionApp> StartAsync(
        RequestDelegate handler, Func<HttpContext, Func<Task>, Task>? outside = null, Action<WebApplication>? before = null, Action<WebApplication>? behind = null) => SessionApp.StartAsync(
        _store,
        a =>
        {
            behind?.Invoke(a);
            a.Map("/fine", () => "fine");
            a.Map("/error", () => Results.Text("the page for errors", statusCode: 500));
            a.Map("/", handler);
        },
        before: a =>
        {
            before?.Invoke(a);
            if (outside is not null)
            {
                a.Use((c, next) => outside(c, () => next(c)));
            }
        });
}
