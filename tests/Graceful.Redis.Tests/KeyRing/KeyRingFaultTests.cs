using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.Redis.Tests.KeyRing;

/// <summary>What happens to a start when Redis, an instance or a certificate is missing: never a ring of one's own.</summary>
public sealed partial class KeyRingFaultTests
{
    private const string Fleet = "Shop";

    [Fact]
    public async Task Redis_DownAtTheStart_TheInstanceIsNotReady_UntilItIsThere()
    {
        await using var server = RedisServer.Prepare();
        await using var host = RingHost.Build($"{server.Configuration},connectTimeout=500", Fleet);

        await host.StartAsync();

        await Eventually.TrueAsync(() => host.Reason?.Contains("key-ring", StringComparison.Ordinal) == true, "the reason is told");
        Assert.False(host.IsReady);
        Assert.ThrowsAny<Exception>(() => host.Protector.Protect("x"));
        await server.StartAsync();
        await host.ReadyAsync();
        Assert.Single(await KeysAsync(server));
    }

    [Fact]
    public async Task Holder_ThatDied_IsWaitedFor_AndAnotherMakesTheKey()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new Stores(server.Configuration, Fleet);
        Assert.True(await stores.CreateKeyRing().TryAcquireLeaseAsync("dead", TimeSpan.FromSeconds(2), default));

        await using var host = RingHost.Build(server.Configuration, Fleet);
        var start = Task.Run(host.StartAsync);

        Assert.Empty(await KeysAsync(server));
        await start;
        await host.ReadyAsync();
        Assert.Single(await KeysAsync(server));
        Assert.True(await stores.CreateKeyRing().TryAcquireLeaseAsync("next", TimeSpan.FromSeconds(2), default), "the lease is given back");
    }

    [Fact]
    public async Task Redis_KilledBetweenLeaseAndKey_NoKeyIsUsed_UntilOneIsStored()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new Stores($"{server.Configuration},connectTimeout=500", Fleet);
        var store = new KilledStore(stores.CreateKeyRing(), server);
        await using var host = RingHost.Build(server.Configuration, Fleet, s => s.AddSingleton<IKeyRingStore>(store));

        await host.StartAsync();
        await Eventually.TrueAsync(() => host.Log.Count("WarmUpFailed") > 0, "the warm-up fails");
        Assert.False(host.IsReady);
        Assert.ThrowsAny<Exception>(() => host.Protector.Protect("x"));
        await server.StartAsync();
        await host.ReadyAsync();

        var kept = Assert.Single(await KeysAsync(server));
        var id = host.Services.GetRequiredService<Microsoft.AspNetCore.DataProtection.KeyManagement.IKeyManager>().GetAllKeys().Single().KeyId;
        Assert.Contains(id.ToString(), kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_GoneLater_NoRequestFails_ThoughTheRingIsReadAgain()
    {
        await using var server = await RedisServer.StartAsync();
        await using var host = await RingHost.StartAsync(server.Configuration, Fleet);
        var cookie = host.Protector.Protect("x");
        await server.KillAsync();

        // What makes Data Protection read its keys again, as it does every day; it fails to be stored.
        var keys = host.Services.GetRequiredService<Microsoft.AspNetCore.DataProtection.KeyManagement.IKeyManager>();
        Assert.ThrowsAny<Exception>(() => keys.RevokeAllKeys(DateTimeOffset.UtcNow));
        Assert.Single(keys.GetAllKeys());
        await Eventually.TrueAsync(() => host.Log.Count("KeyRingNotChecked") == 1, "it is told that the store is not there");

        Assert.True(host.CanRead(cookie));
        Assert.True(host.CanRead(host.Protector.Protect("y")));
    }

    [Fact]
    public async Task Certificate_Missing_TheInstanceIsNotReady_AndMakesNoOtherKey()
    {
        await using var server = await RedisServer.StartAsync();
        using var certificate = Certificate();
        await using var one = await RingHost.StartAsync(server.Configuration, Fleet, s => s.AddDataProtection().ProtectKeysWithCertificate(certificate));
        Assert.DoesNotContain("masterKey", Assert.Single(await KeysAsync(server)), StringComparison.Ordinal);
        Assert.Equal(0, one.Log.Count("KeyRingUnprotected"));

        using var wrong = Certificate();
        await using var other = RingHost.Build(server.Configuration, Fleet, s => s.AddDataProtection().ProtectKeysWithCertificate(wrong));
        await other.StartAsync();

        await Eventually.TrueAsync(
            () => other.Log.All.Any(l => l.Event.Name == "WarmUpFailed" && l.Exception!.ToString().Contains("certificate or key that protects it is missing", StringComparison.Ordinal)), "the reason is logged");
        Assert.False(other.IsReady);
        Assert.Single(await KeysAsync(server));
    }

    [Fact]
    public async Task Keys_StandInNoLogAndNoError()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await RingHost.StartAsync(server.Configuration, Fleet);
        await Eventually.TrueAsync(() => one.Log.Count("KeyRingUnprotected") == 1, "it is told that the keys lie bare");
        await using var stores = new Stores(server.Configuration, Fleet);
        var key = Assert.Single(await KeysAsync(server));
        var secret = MasterKey().Match(key).Groups["key"].Value;
        Assert.True(secret.Length > 40);
        await stores.CreateKeyRing().AddAsync(new KeyRingElement("key-bad", $"<key><{secret} /</key>"), null, default);

        await using var other = RingHost.Build(server.Configuration, Fleet);
        await other.StartAsync();
        await Eventually.TrueAsync(() => other.Log.Count("WarmUpFailed") > 0 && one.Log.Count("KeyRingNotChecked") > 0, "both have met the bad element");
        var error = Record.Exception(() => other.Protector.Protect("x"));

        Assert.Contains("'key-bad'", $"{error}", StringComparison.Ordinal);
        var said = string.Join('\n', one.Log.All.Concat(other.Log.All).Select(l => $"{l.Message} {l.Exception}").Append($"{error}"));
        Assert.DoesNotContain(secret, said, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", said, StringComparison.Ordinal);
        Assert.False(other.IsReady);

        // Whoever has a ring goes on with it.
        Assert.True(one.CanRead(one.Protector.Protect("x")));
    }

    private static async Task<string[]> KeysAsync(RedisServer server)
    {
        await using var connection = await server.ConnectAsync();
        return [.. (await connection.GetDatabase().HashGetAllAsync($"gf1:{{{Fleet}}}:k")).Where(e => e.Name.StartsWith("key-")).Select(e => e.Value.ToString())];
    }

    private static X509Certificate2 Certificate()
    {
        using var rsa = RSA.Create(2048);
        return new CertificateRequest("CN=ring", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    [GeneratedRegex("<value>(?<key>[^<]+)</value>")]
    private static partial Regex MasterKey();

    /// <summary>Kills the server when the first lease has been taken.</summary>
    private sealed class KilledStore(IKeyRingStore inner, RedisServer server) : IKeyRingStore
    {
        private int _killed;

        public ValueTask<IReadOnlyList<KeyRingElement>> ReadAsync(CancellationToken cancellationToken) => inner.ReadAsync(cancellationToken);

        public ValueTask<KeyRingAddition> AddAsync(KeyRingElement element, string? lease, CancellationToken cancellationToken) => inner.AddAsync(element, lease, cancellationToken);

        public ValueTask<bool> RemoveAsync(string name, CancellationToken cancellationToken) => inner.RemoveAsync(name, cancellationToken);

        public async ValueTask<bool> TryAcquireLeaseAsync(string token, TimeSpan duration, CancellationToken cancellationToken)
        {
            var taken = await inner.TryAcquireLeaseAsync(token, duration, cancellationToken);
            if (taken && Interlocked.Exchange(ref _killed, 1) == 0)
            {
                await server.KillAsync();
            }

            return taken;
        }

        public ValueTask ReleaseLeaseAsync(string token, CancellationToken cancellationToken) => inner.ReleaseLeaseAsync(token, cancellationToken);
    }
}
