using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.Redis.Tests.KeyRing;

/// <summary>Each instance tells its fleet which ring it uses, and finds those that use another.</summary>
public sealed class KeyRingIdentityTests(RedisFixture redis) : IClassFixture<RedisFixture>, IDisposable
{
    private readonly string _fleet = $"ring-{Guid.NewGuid():N}";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graceful-keys-");

    [Fact]
    public async Task OneRing_IsCalledTheSameByAll_AlsoAfterAKeyWasAdded()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();
        await Eventually.TrueAsync(async () => await RingsAsync(one) is [{ } a, { } b] && a == b, "both say the same");
        var before = (await RingsAsync(one))[0];

        one.Services.GetRequiredService<IKeyManager>().CreateNewKey(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(90));

        await Eventually.TrueAsync(async () => await RingsAsync(one) is [{ } a, { } b] && a == b && a != before, "both say the same again");
        await PassLooksAsync();
        Assert.Equal((0, 0), (one.Log.Count("KeyRingDiffers"), other.Log.Count("KeyRingDiffers")));
    }

    [Fact]
    public async Task AnotherApplicationsName_IsToldByBoth_Once()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync(s => s.AddDataProtection().SetApplicationName("other"));

        await ToldAsync(one, other);
    }

    /// <summary>Two machines that keep their keys in a folder each: Graceful leaves the keys alone, but says so.</summary>
    [Fact]
    public async Task KeysElsewhere_InOnePlace_AreTheSame_AndInTwoPlaces_AreTold()
    {
        await using var one = await StartAsync(s => KeepIn(s, "a"));
        await using var same = await StartAsync(s => KeepIn(s, "a"));
        one.Protector.Protect("x");
        Assert.True(same.CanRead(one.Protector.Protect("x")));
        await Eventually.TrueAsync(async () => await RingsAsync(one) is [{ } a, { } b] && a == b, "both say the same");
        Assert.Equal(0, one.Log.Count("KeyRingDiffers"));

        await using var other = await StartAsync(s => KeepIn(s, "b"));
        other.Protector.Protect("x");

        await ToldAsync(one, other);
    }

    /// <summary>The same keys under the same name, one in a folder and one in Redis: on the way from here to there.</summary>
    [Fact]
    public async Task KeysCopiedToRedis_AreTheSameRing()
    {
        await using var old = await StartAsync(s => KeepIn(s, "a"));
        var cookie = old.Protector.Protect("x");
        await using (var connection = await redis.Server.ConnectAsync())
        {
            foreach (var file in _folder.GetDirectories("a")[0].GetFiles("key-*.xml"))
            {
                await connection.GetDatabase().HashSetAsync($"gf1:{{{_fleet}}}:k", Path.GetFileNameWithoutExtension(file.Name), await File.ReadAllTextAsync(file.FullName));
            }
        }

        await using var moved = await StartAsync(s => s.AddDataProtection().SetApplicationName("Shop"));

        Assert.True(moved.CanRead(cookie));
        await Eventually.TrueAsync(async () => await RingsAsync(old) is [{ } a, { } b] && a == b, "both say the same");

        // A revocation is an element of the ring, and no key.
        var before = moved.Services.GetRequiredService<IKeyRingIdentity>().Hash;
        moved.Services.GetRequiredService<IKeyManager>().RevokeKey(Guid.NewGuid(), "a key that nobody has");
        await PassLooksAsync();
        Assert.Equal(before, moved.Services.GetRequiredService<IKeyRingIdentity>().Hash);
    }

    /// <summary>A dead share, say: reading it takes no token.</summary>
    [Fact]
    public async Task KeysElsewhere_ThatCannotBeRead_DoNotHoldTheStop()
    {
        using var keys = new HangingRepository();
        await using var host = await StartAsync(s => s.AddDataProtection().SetApplicationName("Shop").AddKeyManagementOptions(o => o.XmlRepository = keys));
        host.Protector.Protect("x");
        keys.Go.Reset();
        await Eventually.TrueAsync(() => keys.Waiting > 0, "they are read");

        var watch = host.Services.GetServices<IHostedService>().Single(s => s.GetType().Name == "KeyRingWatch");
        await watch.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        keys.Go.Set();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Task<RingHost> StartAsync(Action<IServiceCollection>? services = null) => RingHost.StartAsync(redis.Server.Configuration, _fleet, services, inFleet: true);

    private void KeepIn(IServiceCollection services, string folder) =>
        services.AddDataProtection().SetApplicationName("Shop").PersistKeysToFileSystem(_folder.CreateSubdirectory(folder));

    private static async Task<string?[]> RingsAsync(RingHost host) => [.. (await host.Services.GetRequiredService<IFleet>().GetMembersAsync()).Select(m => m.KeyRing)];

    private static async Task ToldAsync(RingHost one, RingHost other)
    {
        await Eventually.TrueAsync(() => one.Log.Count("KeyRingDiffers") == 1 && other.Log.Count("KeyRingDiffers") > 0, "both tell of it");
        await PassLooksAsync();
        Assert.Equal(1, one.Log.Count("KeyRingDiffers"));
    }

    /// <summary>Longer than a difference must last, which is a lease and a look here: 4 s.</summary>
    private static Task PassLooksAsync() => Task.Delay(TimeSpan.FromSeconds(5));

    private sealed class HangingRepository : IXmlRepository, IDisposable
    {
        private readonly List<XElement> _all = [];
        private int _waiting;

        public ManualResetEventSlim Go { get; } = new(initialState: true);

        public int Waiting => Volatile.Read(ref _waiting);

        public IReadOnlyCollection<XElement> GetAllElements()
        {
            if (!Go.IsSet)
            {
                Interlocked.Increment(ref _waiting);
                Go.Wait();
            }

            lock (_all)
            {
                return [.. _all];
            }
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            lock (_all)
            {
                _all.Add(element);
            }
        }

        public void Dispose() => Go.Dispose();
    }
}
