using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Cookies that are not decrypted again for a while.</summary>
public sealed class RememberedCookiesTests : IDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(1);
    private readonly FakeTimeProvider _time = new();
    private readonly CountingProtector _protector = new();
    private readonly RememberedCookies _cookies;
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory();
    private readonly List<ServiceProvider> _services = [];

    public RememberedCookiesTests() => _cookies = new RememberedCookies(_protector, Duration, _time);

    [Fact]
    public void Cookie_IsDecryptedOnce_UntilTheDurationIsOver()
    {
        var cookie = Protected("one");
        for (var second = 0; second < 60; second++)
        {
            Assert.Equal("one", Read(cookie));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, _protector.Asked);
        Assert.Equal("one", Read(cookie));
        Assert.Equal(2, _protector.Asked);
    }

    [Fact]
    public void Cookie_OfTheOlderGeneration_IsStillKnown_ForItsOwnDuration()
    {
        Read(Protected("first"));
        _time.Advance(Duration / 2);
        var cookie = Protected("one");
        Read(cookie);
        _time.Advance(Duration / 2);
        Read(Protected("makes the next generation"));
        var asked = _protector.Asked;

        Assert.Equal("one", Read(cookie));
        Assert.Equal(asked, _protector.Asked);
        _time.Advance(Duration / 2);
        Assert.Equal("one", Read(cookie));
        Assert.Equal(asked + 1, _protector.Asked);
    }

    [Fact]
    public void Cookie_ThatWasRefused_IsRefusedAgain_AndTakesNoRoom()
    {
        var cookie = Protected("one");
        Read(cookie);
        for (var i = 0; i < cookie.Length; i++)
        {
            var changed = cookie.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => Read(changed));
            Assert.ThrowsAny<CryptographicException>(() => Read(changed));
        }

        Assert.Equal(1 + (2 * cookie.Length), _protector.Asked);
        Assert.Equal("one", Read(cookie));
        Assert.Equal(1 + (2 * cookie.Length), _protector.Asked);
    }

    [Fact]
    public void Bytes_ThatACallerChanges_AreItsOwn()
    {
        var cookie = Protected("one");
        var lent = cookie.ToArray();
        Array.Clear(_cookies.Unprotect(lent));
        Array.Clear(lent);
        Array.Clear(_cookies.Unprotect(cookie));

        Assert.Equal("one", Read(cookie));
        Assert.Equal(1, _protector.Asked);
    }

    [Fact]
    public void Memory_HoldsSoMany_AndTheLatest()
    {
        var cookie = Protected("one");
        Read(cookie);
        Others(RememberedCookies.Most);
        Read(cookie);
        Assert.Equal(1 + RememberedCookies.Most, _protector.Asked);

        Others(RememberedCookies.Most);
        Read(cookie);
        Assert.Equal(2 + (2 * RememberedCookies.Most), _protector.Asked);

        void Others(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Read(Protected($"{i}"));
            }
        }
    }

    [Fact]
    public void Memory_GivesUpWhatIsTooOld()
    {
        for (var i = 0; i < 100; i++)
        {
            Read(Protected($"{i}"));
        }

        var cookie = Protected("one");
        for (var i = 0; i < 3; i++)
        {
            Assert.InRange(_cookies.Count, 1, 101);
            _time.Advance(Duration);
            Read(cookie);
        }

        Assert.InRange(_cookies.Count, 1, 2);
    }

    [Fact]
    public void Cookie_ThatIsLongerThanAny_IsNotLookedFor()
    {
        var cookie = Protected(new string('x', RememberedCookies.Longest));
        Read(cookie);
        Read(cookie);

        Assert.Equal(2, _protector.Asked);
        Assert.Equal(0, _cookies.Count);
    }

    /// <summary>Whatever comes when: what is read is what was protected, nothing that was changed is read, and nobody is believed for longer than the duration.</summary>
    [Fact]
    public void Cookies_AtRandomTimes_SayWhatTheySay() => Gen.Select(Gen.Int[0, 5], Gen.Int[0, 9].Select(n => n == 0), Gen.Int[0, 45]).Array[1, 60].Sample(steps =>
    {
        var time = new FakeTimeProvider();
        var protector = new CountingProtector();
        var cookies = new RememberedCookies(protector, Duration, time);
        var given = Enumerable.Range(0, 6).Select(i => protector.Protect(Encoding.UTF8.GetBytes($"text {i}"))).ToArray();
        var since = new DateTimeOffset?[6];
        foreach (var (which, isChanged, pause) in steps)
        {
            time.Advance(TimeSpan.FromSeconds(pause));
            var asked = protector.Asked;
            if (isChanged)
            {
                Assert.ThrowsAny<CryptographicException>(() => cookies.Unprotect([.. given[which], 0]));
                continue;
            }

            Assert.Equal($"text {which}", Encoding.UTF8.GetString(cookies.Unprotect(given[which])));
            var isFresh = time.GetUtcNow() - since[which] < Duration;
            Assert.Equal(isFresh ? asked : asked + 1, protector.Asked);
            since[which] = isFresh ? since[which] : time.GetUtcNow();
        }
    });

    [Fact]
    public async Task Cookies_ReadByManyAtOnce_SayWhatTheySay()
    {
        var given = Enumerable.Range(0, 50).Select(i => Protected($"{i}")).ToArray();

        await Parallel.ForAsync(0, 8, (worker, _) =>
        {
            for (var i = 0; i < 5000; i++)
            {
                Assert.Equal($"{(i * (worker + 1)) % 50}", Read(given[(i * (worker + 1)) % 50]));
                if (i % 1000 == 0)
                {
                    _time.Advance(Duration / 3);
                }
            }

            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void Protector_OfAnotherPurpose_RemembersNothing()
    {
        var provider = Provider(TimeSpan.FromMinutes(1));

        Assert.IsType<RememberedCookies>(provider.CreateProtector("SessionMiddleware"));
        Assert.IsNotType<RememberedCookies>(provider.CreateProtector("Cookies"));
        Assert.IsNotType<RememberedCookies>(provider.CreateProtector("SessionMiddleware").CreateProtector("more"));
        Assert.IsNotType<RememberedCookies>(Provider(TimeSpan.Zero).CreateProtector("SessionMiddleware"));
    }

    /// <summary>What configures sessions may need what sessions configure.</summary>
    [Fact]
    public async Task Options_ThatNeedDataProtection_AreMade()
    {
        var builder = Builder();
        builder.Services.AddOptions<SessionStateOptions>().Configure<IDataProtectionProvider>((o, protection) => o.MaxEntries = protection.CreateProtector("test").Protect([1]).Length);
        await using var services = builder.Services.BuildServiceProvider();

        var protector = await Task.Run(() => services.GetRequiredService<IDataProtectionProvider>().CreateProtector("SessionMiddleware")).WaitAsync(Eventually.Patience);

        Assert.IsType<RememberedCookies>(protector);
        Assert.NotEqual(256, services.GetRequiredService<SessionStateOptions>().MaxEntries);
    }

    [Fact]
    public async Task Key_ThatIsRevoked_CountsAtOnce_OnlyWhereCookiesAreNotRemembered()
    {
        var provider = Provider(TimeSpan.FromHours(1));
        var cookie = provider.CreateProtector("SessionMiddleware").Protect([1, 2, 3]);
        var remembering = provider.CreateProtector("SessionMiddleware");
        var asking = Provider(TimeSpan.Zero).CreateProtector("SessionMiddleware");
        Assert.Equal([1, 2, 3], remembering.Unprotect(cookie));
        Assert.Equal([1, 2, 3], asking.Unprotect(cookie));

        foreach (var services in _services)
        {
            services.GetRequiredService<IKeyManager>().RevokeAllKeys(DateTimeOffset.UtcNow.AddSeconds(1));
        }

        // Data Protection reads its keys in the background, and goes on with the old ones meanwhile.
        await Eventually.True(() => IsRefused(asking, cookie), "the cookie is refused");
        await Eventually.True(() => IsRefused(provider.CreateProtector("SessionMiddleware"), cookie), "the cookie is refused where it is not remembered");
        Assert.Equal([1, 2, 3], remembering.Unprotect(cookie));
    }

    public void Dispose()
    {
        foreach (var services in _services)
        {
            services.Dispose();
        }

        _keys.Delete(recursive: true);
    }

    /// <summary>As an application has it: on keys in files, the same for all.</summary>
    private IDataProtectionProvider Provider(TimeSpan duration)
    {
        var builder = Builder();
        builder.Services.Configure<SessionStateOptions>(o => o.CookieCacheDuration = duration);
        var services = builder.Services.BuildServiceProvider();
        _services.Add(services);
        return services.GetRequiredService<IDataProtectionProvider>();
    }

    private WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging();
        builder.Services.AddDataProtection().SetApplicationName("shop").PersistKeysToFileSystem(_keys);
        builder.AddGraceful(TestApp.ShortTimes).AddSession();
        return builder;
    }

    private static bool IsRefused(IDataProtector protector, byte[] cookie)
    {
        try
        {
            protector.Unprotect(cookie);
            return false;
        }
        catch (CryptographicException)
        {
            return true;
        }
    }

    private byte[] Protected(string text) => _protector.Protect(Encoding.UTF8.GetBytes(text));

    private string Read(byte[] cookie) => Encoding.UTF8.GetString(_cookies.Unprotect(cookie));

    /// <summary>Data Protection itself, counted.</summary>
    private sealed class CountingProtector : IDataProtector
    {
        private readonly IDataProtector _protector = new EphemeralDataProtectionProvider().CreateProtector("test");
        private int _asked;

        public int Asked => _asked;

        public IDataProtector CreateProtector(string purpose) => _protector.CreateProtector(purpose);

        public byte[] Protect(byte[] plaintext) => _protector.Protect(plaintext);

        public byte[] Unprotect(byte[] protectedData)
        {
            Interlocked.Increment(ref _asked);
            return _protector.Unprotect(protectedData);
        }
    }
}
