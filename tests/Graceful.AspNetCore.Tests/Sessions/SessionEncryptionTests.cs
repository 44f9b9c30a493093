using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Encrypted entries under ASP.NET Core's own keys, which are replaced while sessions live.</summary>
public sealed class SessionEncryptionTests : IDisposable
{
    private readonly ProbeStore _store = new();
    private readonly CookieContainer _cookies = new();
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("keys-");

    [Fact]
    public async Task Entry_IsReadUnderTheKeyItWasWrittenWith_AndWrittenUnderTheNewest()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser(_cookies);
        (await browser.GetAsync("/set?items=1&note=plaintext")).EnsureSuccessStatusCode();
        var first = await KeyAsync();

        var manager = app.Test.App.Services.GetRequiredService<IKeyManager>();
        var second = manager.CreateNewKey(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(30)).KeyId;

        Assert.NotEqual(second, first);

        // Data Protection reads its keys in the background, and goes on with the old ones meanwhile.
        var protector = app.Test.App.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
        await Eventually.True(() => new Guid(protector.Protect([1]).AsSpan(4, 16)) == second, "the new key is in use");
        Assert.Equal("1 plaintext", await browser.GetStringAsync("/get"));
        (await browser.GetAsync("/add")).EnsureSuccessStatusCode();
        Assert.Equal(second, await KeyAsync());
        Assert.Equal("2 plaintext", await browser.GetStringAsync("/get"));

        // An instance that came later, and has never seen the first key in use.
        await using var later = await StartAsync();
        using var again = later.Browser();
        again.DefaultRequestHeaders.Add("Cookie", _cookies.GetCookieHeader(app.Test.Http));
        Assert.Equal("2 plaintext", await again.GetStringAsync("/get"));
    }

    [Fact]
    public async Task Entry_MovesWithItsSession_AndIsReadOnlyThere()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser(_cookies);
        (await browser.GetAsync("/set?items=1&note=plaintext")).EnsureSuccessStatusCode();
        var before = Assert.Single(_store.Handles.Keys);
        var entry = (await _store.EntriesAsync(before))["cart"].Data.ToArray();

        (await browser.GetAsync("/rotate")).EnsureSuccessStatusCode();

        Assert.Equal("1 plaintext", await browser.GetStringAsync("/get"));
        var after = Assert.Single(_store.Handles.Keys, h => h != before);
        await _store.WriteAsync(after, "cart", entry);
        Assert.Equal("unreadable", await browser.GetStringAsync("/get"));
    }

    [Fact]
    public async Task Entry_WhoseKeyIsGone_IsUnreadable_AndStaysAsItIs()
    {
        await using (var app = await StartAsync())
        {
            using var browser = app.Browser(_cookies);
            (await browser.GetAsync("/set?items=1&note=plaintext")).EnsureSuccessStatusCode();
        }

        var session = Assert.Single(_store.Handles.Keys);
        var entry = (await _store.EntriesAsync(session))["cart"].Data.ToArray();
        entry[11] ^= 1; // The id of a key that nobody has.
        await _store.WriteAsync(session, "cart", entry);
        await using var later = await StartAsync();
        using var again = later.Browser(_cookies);
        again.DefaultRequestHeaders.Add("Cookie", string.Join("; ", _cookies.GetAllCookies().Select(c => $"{c.Name}={c.Value}")));

        Assert.Equal("unreadable", await again.GetStringAsync("/get"));
        Assert.Equal(HttpStatusCode.InternalServerError, (await again.GetAsync("/add")).StatusCode);
        Assert.Equal(entry, (await _store.EntriesAsync(session))["cart"].Data.ToArray());
    }

    public void Dispose() => _keys.Delete(recursive: true);

    /// <summary>Which key the entry is encrypted under. Nothing of it can be read without.</summary>
    private async Task<Guid> KeyAsync()
    {
        var entry = (await _store.EntriesAsync(Assert.Single(_store.Handles.Keys)))["cart"].Data;
        Assert.Equal(-1, entry.Span.IndexOf("plaintext"u8));

        // Flags, schema, version; then Data Protection's own: a magic number and the id.
        Assert.Equal([0x09, 0xF0, 0xC9, 0xF0], entry.Span[7..11].ToArray());
        return new Guid(entry.Span[11..27]);
    }

    private Task<SessionApp> StartAsync() => SessionApp.StartAsync(
        _store,
        app =>
        {
            app.MapGet("/set", (HttpContext c, int items, string note) => c.Session.Set("cart", new Cart(items, note)));
            app.MapGet("/add", async (HttpContext c) => { await c.Session.UpdateAsync<Cart>("cart", old => old! with { Items = old.Items + 1 }); });
            app.MapGet("/get", (HttpContext c) => c.Session.IsUnreadable("cart") ? "unreadable" : c.Session.Get<Cart>("cart") is { } cart ? $"{cart.Items} {cart.Note}" : "-");
            app.MapGet("/rotate", async (HttpContext c) => { await c.Session.RotateIdAsync(); });
        },
        o => o.AddSchema<Cart>("cart", 1).Encrypted(),
        builder =>
        {
            // Not the ring that lives in memory alone.
            builder.Services.Remove(builder.Services.Last(d => d.ServiceType == typeof(IDataProtectionProvider)));
            builder.Services.AddDataProtection().SetApplicationName("shop").PersistKeysToFileSystem(_keys);
        });
}
