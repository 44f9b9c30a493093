using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Graceful.AspNetCore.Tests.KeyRing;

/// <summary>How the fleet's key ring goes together with what the application says of Data Protection.</summary>
public sealed class DataProtectionTests
{
    private readonly InMemoryKeyRingStore _store = new(TimeProvider.System);

    [Fact]
    public async Task Keys_AreInTheStore_UnderTheFleetsName()
    {
        await using var app = await StartAsync(_ => { });

        Assert.Equal("test", Discriminator(app));
        Assert.Single(await KeysAsync());
        Assert.Single(app.Log.Named("KeyRingUnprotected"));
        Assert.Empty(app.Log.Named("KeyRingElsewhere"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Repository_OfTheApplication_Wins_AndIsTold(bool before)
    {
        var folder = Directory.CreateTempSubdirectory("graceful-keys-");
        await using (var app = await StartAsync(b => b.Services.AddDataProtection().PersistKeysToFileSystem(folder), before))
        {
            Assert.Single(folder.GetFiles("key-*.xml"));
            Assert.Empty(await _store.ReadAsync(default));
            Assert.Contains("FileSystemXmlRepository", Assert.Single(app.Log.Named("KeyRingElsewhere")).Text, StringComparison.Ordinal);
            Assert.NotEqual("test", Discriminator(app));
            Assert.Empty(app.Log.Named("KeyRingUnprotected"));
        }

        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Name_OfTheApplication_Wins(bool before)
    {
        await using var app = await StartAsync(b => b.Services.AddDataProtection().SetApplicationName("mine"), before);

        Assert.Equal("mine", Discriminator(app));
        Assert.Single(await KeysAsync());
    }

    [Fact]
    public async Task Keys_Unprotected_ByChoice_AreNotWarnedOf()
    {
        await using var app = await StartAsync(b => b.AddGraceful().AddDataProtection(o => o.AllowUnprotectedKeys = true));

        Assert.Empty(app.Log.Named("KeyRingUnprotected"));
    }

    [Fact]
    public async Task Key_Deleted_IsNotPutBack()
    {
        await using var app = await StartAsync(_ => { });
        var keys = (XmlKeyManager)app.App.Services.GetRequiredService<IKeyManager>();
        var old = keys.CreateNewKey(DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(-1)).KeyId;
        var watch = app.App.Services.GetRequiredService<KeyRingWatch>();
        await watch.CheckAsync(default);
        keys.GetAllKeys();
        Assert.Equal(2, (await KeysAsync()).Length);

        Assert.True(keys.DeleteKeys(k => k.KeyId == old));
        await watch.CheckAsync(default);

        Assert.DoesNotContain(old.ToString(), Assert.Single(await KeysAsync()).Name, StringComparison.Ordinal);
        Assert.Empty(app.Log.Named("KeyRingPutBack"));
    }

    [Fact]
    public async Task Store_Missing_IsTold_AndDataProtectionIsAsItWas()
    {
        await using var app = TestApp.Build(configure: b => b.AddGraceful().AddDataProtection());

        await app.App.Services.GetRequiredService<KeyRingWatch>().StartAsync(default);

        Assert.Single(app.Log.Named("KeyRingNotShared"));
        Assert.Null(app.App.Services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository);
        Assert.Equal(Path.GetTempPath(), Discriminator(app));
    }

    [Fact]
    public async Task Disabled_DataProtectionIsAsItWas()
    {
        await using var app = Build(_ => { }, options: o => o.Enabled = false);

        Assert.Null(app.App.Services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository);
        Assert.Equal(Path.GetTempPath(), Discriminator(app));
    }

    [Fact]
    public async Task CalledTwice_RegistersOnce()
    {
        IServiceCollection? services = null;
        await using var app = Build(b => services = b.AddGraceful().AddDataProtection().Services);

        Assert.Single(services!, d => d.ServiceType == typeof(FleetKeyRing));
        Assert.Single(app.App.Services.GetServices<IWarmUpTask>(), t => t is KeyRingWarmUp);
    }

    [Theory]
    [InlineData("CheckInterval", "00:00:00.5")]
    [InlineData("CheckInterval", "1.00:00:01")]
    [InlineData("CheckInterval", "soon")]
    [InlineData("Interval", "00:01:00")]
    public async Task Setting_Wrong_StopsTheStart_AndIsNamed(string key, string value)
    {
        await using var app = Build(b => b.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>($"Graceful:KeyRing:{key}", value)]));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => app.App.StartAsync());

        Assert.Contains($"Graceful:KeyRing:{key}", error.Message, StringComparison.Ordinal);
    }

    private static string? Discriminator(TestApp app) => app.App.Services.GetRequiredService<IOptions<DataProtectionOptions>>().Value.ApplicationDiscriminator;

    private async Task<KeyRingElement[]> KeysAsync() => [.. (await _store.ReadAsync(default)).Where(e => e.Name.StartsWith("key-", StringComparison.Ordinal))];

    private async Task<TestApp> StartAsync(Action<WebApplicationBuilder> application, bool before = true)
    {
        var app = Build(application, before);
        await app.App.StartAsync();
        await app.PhaseAsync(InstancePhase.Ready);
        return app;
    }

    private TestApp Build(Action<WebApplicationBuilder> application, bool before = true, Action<GracefulOptions>? options = null) => TestApp.Build(
        options: o =>
        {
            o.Fleet.Name = "test";
            options?.Invoke(o);
        },
        configure: b =>
        {
            if (before)
            {
                application(b);
            }

            b.Services.AddSingleton<IKeyRingStore>(_store);
            b.AddGraceful().AddDataProtection();
            if (!before)
            {
                application(b);
            }
        });
}
