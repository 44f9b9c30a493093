using System.Globalization;
using System.Text.Json;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.AspNetCore.Tests.Compatibility;

/// <summary>Clients of other levels, over HTTP.</summary>
public class ApiContractTests
{
    [Theory]
    [InlineData(null, "none")]
    [InlineData("2", "2")]
    [InlineData("3", "3")]
    [InlineData("03", "3")]
    public async Task Level_Supported_ReachesTheHandler(string? level, string seen)
    {
        await using var test = await StartAsync();

        using var response = await GetAsync(test, level);

        Assert.Equal((200, seen), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("4")]
    [InlineData("2147483647")]
    public async Task Level_OutsideTheRange_IsAConflict_ThatSaysWhatIsSupported(string level)
    {
        await using var test = await StartAsync();

        using var response = await GetAsync(test, level);

        Assert.Equal((409, "application/problem+json"), ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var root = problem.RootElement;
        Assert.Equal("urn:graceful:api-level-unsupported", root.GetProperty("type").GetString());
        Assert.Equal(409, root.GetProperty("status").GetInt32());
        Assert.Equal("api", root.GetProperty("contract").GetString());
        Assert.Equal(int.Parse(level, CultureInfo.InvariantCulture), root.GetProperty("requested").GetInt32());
        Assert.Equal((2, 3), (root.GetProperty("supported").GetProperty("min").GetInt32(), root.GetProperty("supported").GetProperty("max").GetInt32()));
    }

    [Theory]
    [InlineData("two")]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+2")]
    [InlineData("2.0")]
    [InlineData("2, 3")]
    [InlineData("99999999999")]
    [InlineData("2", "2")]
    public async Task Level_Malformed_IsABadRequest(params string[] levels)
    {
        await using var test = await StartAsync();
        await using var client = await RawClient.ConnectAsync(test.Http);

        var response = await client.GetAsync("/level", string.Concat(levels.Select(l => $"Api-Level: {l}\r\n")));

        Assert.Equal((400, "application/problem+json"), (response.Status, response.Headers["Content-Type"]));
        Assert.Contains("\"supported\":{\"min\":2,\"max\":3}", response.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_SaysBuildAndActiveLevel_AlsoWhenItRefuses()
    {
        await using var test = await StartAsync();

        using var served = await GetAsync(test, "2");
        using var refused = await GetAsync(test, "9");

        foreach (var response in new[] { served, refused })
        {
            Assert.Equal("2", Assert.Single(response.Headers.GetValues("Api-Level")));
            Assert.Equal("7.1-β".Replace('β', '-'), Assert.Single(response.Headers.GetValues("Api-Build")));
        }
    }

    [Fact]
    public async Task Headers_AreConfigurable_AndCanBeOff()
    {
        await using var test = await StartAsync(o => (o.RequestHeader, o.LevelHeader, o.BuildHeader) = ("X-Shop-Api", null, null));
        using var client = new HttpClient { BaseAddress = test.Http };

        using var request = new HttpRequestMessage(HttpMethod.Get, "/level") { Headers = { { "X-Shop-Api", "3" }, { "Api-Level", "9" } } };
        using var response = await client.SendAsync(request);

        Assert.Equal("3", await response.Content.ReadAsStringAsync());
        Assert.False(response.Headers.Contains("Api-Level"));
        Assert.False(response.Headers.Contains("Api-Build"));
    }

    [Fact]
    public async Task Disabled_DoesNothing()
    {
        await using var test = TestApp.Build(Map(null), o => o.Enabled = false, Declare);
        await test.App.StartAsync();

        using var response = await GetAsync(test, "9");

        Assert.Equal((200, "none"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.False(response.Headers.Contains("Api-Level"));
    }

    [Fact]
    public async Task ObserveOnly_RefusesNoLevel()
    {
        await using var test = await TestApp.StartAsync(
            Map(null), configure: b => b.AddGraceful().AddCompatibility(c => c.Contract("api").Supports(2, 3).ObserveOnly()));

        using var response = await GetAsync(test, "9");

        Assert.Equal((200, "9"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task UndeclaredContract_OrBadName_StopsTheStart()
    {
        await using var test = TestApp.Build(configure: Declare);
        await using var without = TestApp.Build();

        var undeclared = Assert.Throws<InvalidOperationException>(() => test.App.UseApiContract("orders"));
        Assert.Contains("AddCompatibility", undeclared.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => without.App.UseApiContract("api"));
        Assert.Throws<ArgumentException>(() => test.App.UseApiContract("api", o => o.LevelHeader = "a level"));
        Assert.Throws<ArgumentException>(() => test.App.UseApiContract("api", o => o.RequestHeader = ""));
    }

    [Fact]
    public async Task Request_WithALevel_AllocatesNothing()
    {
        await using var test = await StartAsync();
        var app = new ApplicationBuilder(test.App.Services);
        app.UseApiContract("api").Run(_ => Task.CompletedTask);
        var pipeline = app.Build();
        var context = new DefaultHttpContext();
        context.Request.Headers["Api-Level"] = "3";

        Assert.Equal(0, Allocation.Of(() => pipeline(context)));
        Assert.Equal(3, context.GetApiLevel());
    }

    private static Task<TestApp> StartAsync(Action<ApiContractOptions>? configure = null) => TestApp.StartAsync(Map(configure), configure: Declare);

    private static Action<WebApplication> Map(Action<ApiContractOptions>? configure) => app =>
    {
        app.UseApiContract("api", configure);
        app.MapGet("/level", (HttpContext context) => context.GetApiLevel()?.ToString(CultureInfo.InvariantCulture) ?? "none");
    };

    private static void Declare(WebApplicationBuilder builder) =>
        builder.AddGraceful(o => o.Fleet.Version = "7.1-β").AddCompatibility(c => c.Contract("api").Supports(2, 3));

    private static async Task<HttpResponseMessage> GetAsync(TestApp test, string? level)
    {
        using var client = new HttpClient { BaseAddress = test.Http };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/level");
        if (level is not null)
        {
            request.Headers.Add("Api-Level", level);
        }

        return await client.SendAsync(request);
    }
}
