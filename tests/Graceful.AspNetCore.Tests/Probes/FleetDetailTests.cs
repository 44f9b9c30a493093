using System.Text.Json;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Probes;

/// <summary><c>/readyz?verbose</c> shows what this instance knows of its fleet, for people and for tools.</summary>
public class FleetDetailTests
{
    [Fact]
    public async Task Readiness_OfAMember_ShowsFleetAndContracts()
    {
        var store = new SwitchedStore();
        await using var test = await StartAsync(store, 1, 1);
        await Eventually.True(() => Of(test).Standing == FleetStanding.Serving, "a member");

        using var detail = await DetailAsync(test, 200);

        var fleet = detail.RootElement.GetProperty("fleet");
        Assert.Equal(("test", "Serving", 1, true), (fleet.GetProperty("name").GetString(), fleet.GetProperty("standing").GetString(), fleet.GetProperty("live").GetInt32(), fleet.GetProperty("serving").GetBoolean()));
        Assert.Equal(Of(test).InstanceId, fleet.GetProperty("instance").GetString());
        Assert.Equal(JsonValueKind.Null, fleet.GetProperty("reason").ValueKind);
        var contract = Assert.Single(detail.RootElement.GetProperty("contracts").EnumerateArray());
        Assert.Equal(("orders", 1, "[1,1]", "[1,1]", "Stable"), (
            contract.GetProperty("name").GetString(), contract.GetProperty("active").GetInt32(), contract.GetProperty("window").GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal),
            contract.GetProperty("supports").GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal), contract.GetProperty("mode").GetString()));
        Assert.True(contract.GetProperty("epoch").GetInt64() > 0);
        Assert.Contains("1 live", Check(detail, "fleet"), StringComparison.Ordinal);
        Assert.Contains("level 1 is written", Check(detail, "contract orders"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readiness_OfARefusedBuild_SaysWhy_AndWhoIsInTheWay()
    {
        var store = new SwitchedStore();
        await using var first = await StartAsync(store, 1, 1);
        await Eventually.True(() => Of(first).Standing == FleetStanding.Serving, "a member");
        await using var late = await StartAsync(store, 3, 3);
        await Eventually.True(() => Of(late).Standing == FleetStanding.Incompatible, "refused");

        using var detail = await DetailAsync(late, 503);

        var reason = detail.RootElement.GetProperty("reason").GetString();
        Assert.Equal(reason, detail.RootElement.GetProperty("fleet").GetProperty("reason").GetString());
        Assert.Contains("Contract 'orders'", reason, StringComparison.Ordinal);
        Assert.Contains("this build supports [3,3]", reason, StringComparison.Ordinal);
        Assert.Contains("a release in between is missing", reason, StringComparison.Ordinal);
        Assert.False(detail.RootElement.GetProperty("fleet").GetProperty("serving").GetBoolean());
        Assert.Equal("Incompatible", detail.RootElement.GetProperty("fleet").GetProperty("standing").GetString());
    }

    [Fact]
    public async Task Readiness_WithoutTheStore_ShowsNoLevelThatIsNotKnown_AndNoSecret()
    {
        var store = new SwitchedStore { IsDown = true };
        await using var test = await StartAsync(store, 1, 1);
        await Eventually.True(() => Of(test).Reason?.Contains("IOException", StringComparison.Ordinal) == true, "the first failure");

        using var detail = await DetailAsync(test, 503);

        Assert.Equal("Joining", detail.RootElement.GetProperty("fleet").GetProperty("standing").GetString());
        Assert.False(Assert.Single(detail.RootElement.GetProperty("contracts").EnumerateArray()).TryGetProperty("active", out _));
        Assert.DoesNotContain("secret", detail.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readiness_WithoutAFleet_ShowsNone()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGracefulProbes(), o => o.Probes.VerboseFromAnywhere = true);

        using var detail = await DetailAsync(test, 200);

        Assert.False(detail.RootElement.TryGetProperty("fleet", out _));
    }

    private static Task<TestApp> StartAsync(SwitchedStore store, int min, int max) => TestApp.StartAsync(
        app => app.MapGracefulProbes(), o => o.Probes.VerboseFromAnywhere = true, b => store.Join(b, c => c.Contract("orders").Supports(min, max)));

    private static IFleet Of(TestApp test) => test.App.Services.GetRequiredService<IFleet>();

    private static async Task<JsonDocument> DetailAsync(TestApp test, int status)
    {
        await using var client = await RawClient.ConnectAsync(test.Http);
        var response = await client.GetAsync("/readyz?verbose");
        Assert.Equal(status, response.Status);
        return JsonDocument.Parse(response.Body);
    }

    private static string? Check(JsonDocument detail, string name) =>
        detail.RootElement.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name).GetProperty("description").GetString();
}
