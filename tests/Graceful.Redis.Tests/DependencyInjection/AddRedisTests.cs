using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.DependencyInjection;

public class AddRedisTests
{
    [Fact]
    public void AddRedis_ReplacesTheStoreThereIs()
    {
        var builder = Builder(("Graceful:Redis:Configuration", "127.0.0.1:1"));
        builder.Services.AddSingleton<IFleetStore>(_ => throw new InvalidOperationException("The old store."));
        builder.AddGraceful().AddRedis();
        using var host = builder.Build();

        Assert.IsType<RedisFleetStore>(Assert.Single(host.Services.GetServices<IFleetStore>()));
    }

    [Fact]
    public void AddRedis_ReplacesTheStoreOfSessionsThereIs()
    {
        var builder = Builder(("Graceful:Redis:Configuration", "127.0.0.1:1"));
        builder.Services.AddSingleton<ISessionStateStore>(_ => throw new InvalidOperationException("The old store."));
        builder.AddGraceful().AddRedis();
        using var host = builder.Build();

        Assert.IsType<RedisSessionStateStore>(Assert.Single(host.Services.GetServices<ISessionStateStore>()));
    }

    [Fact]
    public void AddRedis_Twice_RegistersOnce_AndBothSettingsCount()
    {
        var builder = Builder();
        builder.AddGraceful().AddRedis(o => o.Configuration = "127.0.0.1:1").AddRedis(o => o.InstanceName = "test:");
        using var host = builder.Build();

        Assert.Single(host.Services.GetServices<IFleetStore>());
        var options = host.Services.GetRequiredService<IOptions<RedisOptions>>().Value;
        Assert.Equal(("127.0.0.1:1", "test:"), (options.Configuration, options.InstanceName));
    }

    [Fact]
    public void Settings_InCode_HaveTheLastWord()
    {
        var builder = Builder(("Graceful:Redis:Configuration", "127.0.0.1:1"), ("Graceful:Redis:InstanceName", "test:"));
        builder.AddGraceful().AddRedis(o => o.Configuration = "127.0.0.1:2");
        using var host = builder.Build();

        var options = host.Services.GetRequiredService<IOptions<RedisOptions>>().Value;
        Assert.Equal(("127.0.0.1:2", "test:"), (options.Configuration, options.InstanceName));
    }

    [Fact]
    public async Task Start_WithFaults_NamesThemAll_AndNoConfigurationString()
    {
        var builder = Builder(("Graceful:Redis:Configuration", "redis://alice:hunter22@host:6379"), ("Graceful:Redis:InstanceName", "a{b}"), ("Graceful:Redis:Databse", "3"));
        builder.AddGraceful().AddRedis();
        using var host = builder.Build();

        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("The section 'Graceful:Redis' has 3 fault(s)", e.Message, StringComparison.Ordinal);
        Assert.Contains("Graceful:Redis:Databse is not a setting; known here: Configuration, InstanceName", e.Message, StringComparison.Ordinal);
        Assert.Contains("Graceful:Redis:InstanceName = 'a{b}' must hold no braces", e.Message, StringComparison.Ordinal);
        Assert.Contains("Graceful:Redis:Configuration (not shown, it may hold a password) must be host:port", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter22", e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("alice", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Graceful:Redis:Configuration is missing")]
    [InlineData("host:6379,passwrd=hunter22", "must be a configuration string of StackExchange.Redis")]
    [InlineData("password=hunter22", "must be a configuration string of StackExchange.Redis")]
    [InlineData("host:6379,connectTimeout=hunter22", "must be a configuration string of StackExchange.Redis")]
    public async Task Start_WithoutAUsableConnection_SaysWhatIsWanted(string? configuration, string rule)
    {
        var builder = Builder(("Graceful:Redis:Configuration", configuration));
        builder.AddGraceful().AddRedis();
        using var host = builder.Build();

        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(rule, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter22", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_GracefulIsSwitchedOff_AsksForNothing()
    {
        var builder = Builder(("Graceful:Enabled", "false"), ("Graceful:Redis:Databse", "3"));
        builder.AddGraceful().AddRedis();
        using var host = builder.Build();

        await host.StartAsync();
        await host.StopAsync();
    }

    [Fact]
    public async Task Start_RedisIsNotThere_Starts_AndTheStoreIsThereWithRedis()
    {
        await using var server = RedisServer.Prepare();
        var builder = Builder(("Graceful:Redis:Configuration", server.Configuration));
        builder.AddGraceful().AddRedis();
        using var host = builder.Build();
        await host.StartAsync();
        var store = host.Services.GetRequiredService<IFleetStore>();
        await Assert.ThrowsAsync<RedisStoreException>(async () => await store.BeatAsync(new Beats("a").Next(), default));

        await server.StartAsync();

        await Eventually.BeatAsync(store, () => new Beats("a").Next());
        await host.StopAsync();
    }

    [Fact]
    public async Task Keys_AreThoseOfTheFleetAndTheInstanceName()
    {
        await using var server = await RedisServer.StartAsync();
        var builder = Builder(("Graceful:Redis:Configuration", server.Configuration), ("Graceful:Redis:InstanceName", "test:"), ("Graceful:Fleet:Name", "Shop-1"));
        builder.AddGraceful().AddRedis();
        using var host = builder.Build();
        await host.Services.GetRequiredService<IFleetStore>().BeatAsync(new Beats("a").Next(withdraws: true, info: "{}"), default);

        var keys = ((string[])(await server.SayAsync("KEYS", "*"))!).Order(StringComparer.Ordinal);

        Assert.Equal("ilmpsw".Select(k => $"test:gf1:{{Shop-1}}:{k}"), keys);
    }

    [Fact]
    public async Task Factory_ItsConnectionIsUsed_CalledAgainWhenItThrows_AndNotDisposed()
    {
        await using var server = await RedisServer.StartAsync();
        await using var own = await server.ConnectAsync();
        var calls = 0;
        var builder = Builder();
        builder.AddGraceful().AddRedis(o => o.ConnectionMultiplexerFactory = () =>
            calls++ == 0 ? throw new InvalidOperationException("No: hunter22.") : Task.FromResult<IConnectionMultiplexer>(own));
        using (var host = builder.Build())
        {
            var store = host.Services.GetRequiredService<IFleetStore>();
            var e = await Assert.ThrowsAsync<RedisStoreException>(async () => await store.BeatAsync(new Beats("a").Next(), default));
            Assert.DoesNotContain("hunter22", e.ToString(), StringComparison.Ordinal);
            await store.BeatAsync(new Beats("a").Next(), default);
        }

        Assert.Equal(2, calls);
        Assert.True(own.IsConnected);
    }

    [Fact]
    public async Task Channel_OfAClientWithAPrefix_IsPublishedWithIt()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new Stores($"{server.Configuration},channelPrefix=env:", "shop");
        var (store, other) = (stores.Create(), stores.Create());
        var calls = 0;
        using var registration = other.OnChanged(() => Interlocked.Increment(ref calls));

        for (var i = 0; Volatile.Read(ref calls) == 0; i++)
        {
            Assert.True(i < 500, "nothing was heard");
            await Beats.InstallAsync(store);
            await Task.Delay(20);
        }
    }

    private static HostApplicationBuilder Builder(params (string Key, string? Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "Shop" });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value)));
        builder.AddGraceful(o => o.Probes.Port = 0);
        return builder;
    }
}
