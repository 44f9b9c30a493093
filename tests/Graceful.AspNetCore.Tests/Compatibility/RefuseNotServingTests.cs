using System.Text.Json;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.AspNetCore.Tests.Compatibility;

/// <summary>What the main listener answers while the instance must not serve.</summary>
public class RefuseNotServingTests
{
    [Fact]
    public async Task Incompatible_IsAnsweredWithAProblem_ThatNamesNobody()
    {
        var store = new SwitchedStore();
        await using var first = await StartAsync(store, 1, 1);
        await using var late = await StartAsync(store, 3, 3);
        await Standing(late, FleetStanding.Incompatible);
        await using var client = await RawClient.ConnectAsync(late.Http);

        var response = await client.GetAsync("/");

        Assert.Equal((503, "application/problem+json", "1"), (response.Status, response.Headers["Content-Type"], response.Headers["Retry-After"]));
        Assert.True(response.SaysClose);
        using var problem = JsonDocument.Parse(response.Body);
        Assert.Equal(503, problem.RootElement.GetProperty("status").GetInt32());
        Assert.Equal("urn:graceful:not-serving", problem.RootElement.GetProperty("type").GetString());
        Assert.DoesNotContain(Environment.MachineName, response.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("orders", response.Body, StringComparison.Ordinal);
        await using var other = await RawClient.ConnectAsync(first.Http);
        Assert.Equal(200, (await other.GetAsync("/")).Status);
    }

    [Fact]
    public async Task Incompatible_HeadAndUnknownPaths_AreRefusedAsWell()
    {
        var store = new SwitchedStore();
        await using var first = await StartAsync(store, 1, 1);
        await using var late = await StartAsync(store, 3, 3);
        await Standing(late, FleetStanding.Incompatible);
        using var client = new HttpClient { BaseAddress = late.Http };

        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));
        using var unknown = await client.GetAsync("/no/such/path");

        Assert.Equal((503, 503), ((int)head.StatusCode, (int)unknown.StatusCode));
    }

    [Fact]
    public async Task Incompatible_ProbesOnTheMainPort_Answer()
    {
        var store = new SwitchedStore();
        await using var first = await StartAsync(store, 1, 1);
        await using var late = await StartAsync(store, 3, 3, app =>
        {
            app.MapGroup("/ops").MapGracefulProbes();
            app.MapGet("/orders/{**rest}", () => "an order");
        });
        await Standing(late, FleetStanding.Incompatible);
        using var client = new HttpClient { BaseAddress = late.Http };

        using var live = await client.GetAsync("/ops/livez");
        using var ready = await client.GetAsync("/ops/readyz");
        using var disguised = await client.GetAsync("/orders/livez");

        Assert.Equal((200, 503, 503), ((int)live.StatusCode, (int)ready.StatusCode, (int)disguised.StatusCode));
        Assert.Equal("Healthy", await live.Content.ReadAsStringAsync());
        Assert.Equal("Unhealthy", await ready.Content.ReadAsStringAsync());
        Assert.Contains("not-serving", await disguised.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StoreDownAtTheStart_IsRefused_UntilItAnswers()
    {
        var store = new SwitchedStore { IsDown = true };
        await using var test = await StartAsync(store, 1, 1);
        using var client = new HttpClient { BaseAddress = test.Http };

        using var waiting = await client.GetAsync("/");
        store.IsDown = false;
        await Standing(test, FleetStanding.Serving);
        using var served = await client.GetAsync("/");

        Assert.Equal((503, 200), ((int)waiting.StatusCode, (int)served.StatusCode));
        Assert.DoesNotContain("secret", await waiting.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StrictlyFenced_IsRefused_ButWhatRunsIsNotCut_AndItReturnsByItself()
    {
        var gate = new Gate();
        var store = new SwitchedStore();
        await using var test = await StartAsync(store, 1, 1, app => app.MapGet("/hold", () => gate.PassAsync()));
        await Standing(test, FleetStanding.Serving);
        await using var holder = await RawClient.ConnectAsync(test.Http);
        var held = holder.GetAsync("/hold");
        await gate.EnteredAsync();
        using var client = new HttpClient { BaseAddress = test.Http };

        store.IsDown = true;
        await Standing(test, FleetStanding.Fenced);
        using var refused = await client.GetAsync("/");
        gate.Open();
        var heldResponse = await held;
        store.IsDown = false;
        await Standing(test, FleetStanding.Serving);
        using var served = await client.GetAsync("/");

        Assert.Equal((503, 200, 200), ((int)refused.StatusCode, heldResponse.Status, (int)served.StatusCode));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FleetWithoutContractsOrDisabled_RefusesNothing(bool disabled)
    {
        var store = new SwitchedStore { IsDown = true };
        await using var test = TestApp.Build(
            app => app.MapGet("/", () => "ok"), o => o.Enabled = !disabled, b => store.Join(b, c => _ = disabled ? c.Contract("orders").Supports(1, 1) : null));
        await test.App.StartAsync();
        using var client = new HttpClient { BaseAddress = test.Http };

        using var response = await client.GetAsync("/");

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task StoreOfThisProcess_ServesFromTheFirstRequestOn()
    {
        await using var test = TestApp.Build(app => app.MapGet("/", () => "ok"), null, b => b.AddGraceful().AddCompatibility(c => c.Contract("orders").Supports(1, 2)));
        await test.App.StartAsync();

        Assert.True(test.App.Services.GetRequiredService<ICompatibility>().IsServing);
        using var client = new HttpClient { BaseAddress = test.Http };
        using var response = await client.GetAsync("/");
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task Serving_AllocatesNothing()
    {
        await using var test = await TestApp.StartAsync(configure: b => b.AddGraceful().AddCompatibility(c => c.Contract("orders").Supports(1, 1)));
        var app = new ApplicationBuilder(test.App.Services);
        new RefuseNotServing(test.App.Services.GetRequiredService<ICompatibility>()).Configure(a => a.Run(_ => Task.CompletedTask))(app);
        var pipeline = app.Build();
        var context = new DefaultHttpContext();

        Assert.Equal(0, Allocation.Of(() => pipeline(context)));
    }

    private static Task<TestApp> StartAsync(SwitchedStore store, int min, int max, Action<WebApplication>? map = null) => TestApp.StartAsync(
        app =>
        {
            app.MapGet("/", () => "ok");
            map?.Invoke(app);
        },
        configure: b => store.Join(b, c => c.Contract("orders").Supports(min, max)));

    private static Task Standing(TestApp test, FleetStanding standing) =>
        Eventually.True(() => test.App.Services.GetRequiredService<IFleet>().Standing == standing, $"standing {standing}");
}
