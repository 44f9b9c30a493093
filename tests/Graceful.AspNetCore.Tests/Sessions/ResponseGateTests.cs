using System.Net;
using System.Text;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>No byte of a response before its session is stored, and none at all when it cannot be.</summary>
public sealed class ResponseGateTests
{
    private static readonly string[] Head = ["HEAD"];
    private static readonly string File = typeof(ResponseGateTests).Assembly.Location;

    public static TheoryData<string> Endings =>
        ["empty", "text", "json", "body", "advanced", "flushed", "started", "file", "completed", "large", "status", "redirect", "starting", "sync"];

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task FailedCommit_ReplacesTheResponse(string ending)
    {
        var store = new ProbeStore { Fails = true };
        await using var app = await SessionApp.StartAsync(store, Map);
        await using var client = await RawClient.ConnectAsync(app.Test.Http);
        var response = await client.GetAsync("/" + ending);
        Assert.Equal(503, response.Status);
        Assert.Equal("1", response.Headers["Retry-After"]);
        Assert.DoesNotContain("Set-Cookie", response.Headers.Keys);
        Assert.DoesNotContain("X-Application", response.Headers.Keys);
        Assert.True(response.IsComplete);
        Assert.Contains("session-unavailable", response.Body);
        Assert.DoesNotContain("application's", response.Body);

        // The connection goes on, and the store is asked again after a moment.
        Assert.Equal("none", (await client.GetAsync("/none")).Body);
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task Response_BeginsWhenTheSessionIsStored(string ending)
    {
        var gate = new Gate();
        var store = new ProbeStore { BeforeCommit = _ => gate.PassAsync() };
        await using var app = await SessionApp.StartAsync(store, Map);
        await using var client = await RawClient.ConnectAsync(app.Test.Http);
        var response = client.GetAsync("/" + ending);
        await gate.EnteredAsync();
        Assert.False(response.IsCompleted);
        gate.Open();
        var (status, headers, body, isComplete) = await response.Within("the response");
        Assert.True(status is 200 or 204 or 302);
        Assert.True(isComplete);
        Assert.Contains(".AspNetCore.Session=", headers["Set-Cookie"]);
        Assert.Equal("yes", headers["X-Application"]);
        Assert.Equal(Expected(ending), ending == "file" ? $"{body.Length}" : body);
        Assert.Single(store.Commits);
    }

    [Fact]
    public async Task Head_ReplacedHasNoBody()
    {
        await using var app = await SessionApp.StartAsync(new ProbeStore { Fails = true }, Map);
        using var browser = app.Browser();
        var response = await browser.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/head"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task LostAnswer_IsSentAgainWithTheSameId()
    {
        var store = new ProbeStore { LosesAnswers = 1 };
        await using var app = await SessionApp.StartAsync(store, Map);
        using var browser = app.Browser();
        Assert.Equal("the application's", await browser.GetStringAsync("/text"));
        Assert.Equal(2, store.Commits.Count);
        Assert.Single(store.Commits.Select(c => c.Id).Distinct());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FailedRead_Is503(bool handled)
    {
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, Map, before: a =>
        {
            if (handled)
            {
                a.UseExceptionHandler("/error");
            }
        });
        using var browser = app.Browser();
        await browser.GetAsync("/text");
        store.Fails = true;
        var response = await browser.GetAsync("/advanced-read");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("session-unavailable", await response.Content.ReadAsStringAsync());
        Assert.Equal("1", response.Headers.RetryAfter!.ToString());
        Assert.Equal("none", await browser.GetStringAsync("/none"));
    }

    [Fact]
    public async Task HandledFailure_AnswersAsTheApplicationSays()
    {
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, Map);
        using var browser = app.Browser();
        await browser.GetAsync("/text");
        store.Fails = true;
        Assert.Equal("without a session", await browser.GetStringAsync("/handled"));
    }

    [Fact]
    public async Task HungStore_EndsInTime_AndTheNextRequestsDoNotWait()
    {
        var store = new ProbeStore { Hangs = true };
        await using var app = await SessionApp.StartAsync(store, Map, o => o.Timeout = TimeSpan.FromMilliseconds(50));
        using var browser = app.Browser();
        for (var asked = 1; asked <= 3; asked++)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.GetAsync("/text")).StatusCode);
            Assert.Equal(2 * asked, store.Calls);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.GetAsync("/text")).StatusCode);
        Assert.Equal(6, store.Calls);
        Assert.Equal("none", await browser.GetStringAsync("/none"));
        store.Hangs = false;
        await Eventually.True(async () => (await browser.GetAsync("/text")).StatusCode == HttpStatusCode.OK, "the store is asked again");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Degrade_ReadsEmpty_AndWritesAreRefusedOrLost(bool allowLostWrites)
    {
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, Map, o =>
        {
            o.OnUnavailable = SessionFailure.Degrade;
            o.AllowLostWrites = allowLostWrites;
        });
        using var browser = app.Browser();
        await browser.GetAsync("/text");
        store.Fails = true;
        Assert.Equal("False -", await browser.GetStringAsync("/available"));
        Assert.Equal(allowLostWrites ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, (await browser.GetAsync("/read-write")).StatusCode);
        Assert.Equal(allowLostWrites ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, (await browser.GetAsync("/text")).StatusCode);
    }

    [Fact]
    public async Task LeavingClient_DoesNotStopTheCommit()
    {
        var (handler, commit) = (new Gate(), new Gate());
        var store = new ProbeStore { BeforeCommit = _ => commit.PassAsync() };
        await using var app = await SessionApp.StartAsync(store, a => a.MapGet("/", async (HttpContext c) =>
        {
            c.Session.SetString("a", "b");
            var left = new TaskCompletionSource();
            c.RequestAborted.Register(left.SetResult);
            await handler.PassAsync();
            await left.Task;
        }));
        var client = await RawClient.ConnectAsync(app.Test.Http);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        await handler.EnteredAsync();
        client.Kill();
        handler.Open();
        await commit.EnteredAsync();
        commit.Open();
        await Eventually.True(() => store.Commits.Count == 1, "the commit");
        await client.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Compression_OutsideAndInside_GetsEveryByte(bool outside)
    {
        var store = new ProbeStore();
        void Compress(WebApplication a) => a.UseResponseCompression();
        await using var app = await SessionApp.StartAsync(
            store,
            a =>
            {
                if (!outside)
                {
                    Compress(a);
                }

                Map(a);
            },
            configure: b => b.Services.AddResponseCompression(),
            before: outside ? Compress : null);
        using var browser = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All }) { BaseAddress = app.Test.Http };
        foreach (var ending in new[] { "text", "json", "advanced", "flushed", "large" })
        {
            Assert.Equal(Expected(ending), await browser.GetStringAsync("/" + ending));
        }
    }

    private static string Expected(string ending) => ending switch
    {
        "empty" or "status" or "redirect" or "completed" => "",
        "json" => """{"text":"application's"}""",
        "file" => $"{new FileInfo(File).Length}",
        "large" => new string('a', 1_000_000),
        "flushed" => "the application's, in two parts",
        _ => "the application's",
    };

    private static void Map(WebApplication app)
    {
        const string Text = "the application's";
        app.MapGet("/none", () => "none");
        app.MapGet("/error", () => Results.Text("the page for errors", statusCode: 500));
        app.MapGet("/advanced-read", (HttpContext c) =>
        {
            c.Response.BodyWriter.Advance(Encoding.UTF8.GetBytes(Text, c.Response.BodyWriter.GetSpan(100)));
            c.Session.GetString("text");
        });
        app.MapGet("/handled", async (HttpContext c) =>
        {
            try
            {
                c.Session.GetString("text");
            }
            catch (SessionStoreException)
            {
                await c.Response.WriteAsync("without a session");
            }
        });
        app.MapGet("/available", (HttpContext c) => $"{c.Session.IsAvailable} {c.Session.GetString("text") ?? "-"}");
        app.MapGet("/read-write", (HttpContext c) => c.Session.SetString("text", c.Session.GetString("text") + "a"));
        app.MapMethods("/head", Head, (HttpContext c) => { Write(c); });
        app.MapGet("/empty", (HttpContext c) => { Write(c); });
        app.MapGet("/text", (HttpContext c) => Write(c).Response.WriteAsync(Text));
        app.MapGet("/json", (HttpContext c) => Results.Json(new { text = Write(c) is not null ? "application's" : "" }));
        app.MapGet("/body", (HttpContext c) => Write(c).Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Text)).AsTask());
        app.MapGet("/advanced", (HttpContext c) =>
        {
            var writer = c.Response.BodyWriter;
            writer.Advance(Encoding.UTF8.GetBytes(Text.AsSpan(0, 5), writer.GetSpan(5)));
            Write(c);
            writer.Advance(Encoding.UTF8.GetBytes(Text.AsSpan(5), writer.GetSpan(100)));
        });
        app.MapGet("/flushed", async (HttpContext c) =>
        {
            var writer = Write(c).Response.BodyWriter;
            writer.Advance(Encoding.UTF8.GetBytes(Text, writer.GetSpan(100)));
            await writer.FlushAsync();
            await writer.WriteAsync(Encoding.UTF8.GetBytes(", in two parts"));
        });
        app.MapGet("/started", async (HttpContext c) =>
        {
            await Write(c).Response.StartAsync();
            await c.Response.WriteAsync(Text);
        });
        app.MapGet("/file", (HttpContext c) => Write(c).Response.SendFileAsync(File));
        app.MapGet("/completed", (HttpContext c) => Write(c).Response.CompleteAsync());
        app.MapGet("/large", async (HttpContext c) =>
        {
            Write(c);
            for (var i = 0; i < 10; i++)
            {
                await c.Response.WriteAsync(new string('a', 100_000));
            }
        });
        app.MapGet("/status", (HttpContext c) => Write(c).Response.StatusCode = 204);
        app.MapGet("/redirect", (HttpContext c) => Write(c).Response.Redirect("/elsewhere"));
        app.MapGet("/starting", async (HttpContext c) =>
        {
            c.Response.OnStarting(() =>
            {
                Write(c);
                return Task.CompletedTask;
            });
            await c.Response.WriteAsync(Text);
        });
        app.MapGet("/sync", (HttpContext c) =>
        {
            c.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
            Write(c).Response.Body.Write(Encoding.UTF8.GetBytes(Text));
        });
    }

    private static HttpContext Write(HttpContext context)
    {
        context.Response.Headers["X-Application"] = "yes";
        context.Session.SetString("text", "a");
        return context;
    }
}
