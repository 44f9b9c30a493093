using System.Text;
using CsCheck;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>The format of ASP.NET Core's own session, held against a real one, and against what one has written once.</summary>
public sealed class DistributedSessionFormatTests
{
    /// <summary>Written by DistributedSession of ASP.NET Core 10.0.</summary>
    private const string Golden = "AgAAA24PLzwwrWJWtouC5Ok/T8sABHVzZXIAAAADYWRhAAVlbXB0eQAAAAAAB2dyw7bDn2UAAAACAQI=";

    private static readonly Gen<Dictionary<string, byte[]>> Contents = Gen.Dictionary(Gen.String[0, 12].Where(IsText), Gen.Byte.Array[0, 300])[0, 8];

    [Fact]
    public void Golden_IsRead_AndWrittenAgainByteForByte()
    {
        var data = Convert.FromBase64String(Golden);

        Assert.True(DistributedSessionFormat.TryRead(data, out var session));
        Assert.Equal("user=ada|empty=|größe=\u0001\u0002", string.Join('|', session.Entries.Select(e => $"{e.Key}={Encoding.Latin1.GetString(e.Value.Span)}")));
        Assert.Equal(data, session.Write());
    }

    [Fact]
    public async Task RealSession_IsRead_AndReadsWhatIsWritten() => await Contents.SampleAsync(async contents =>
    {
        var cache = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        var real = Real(cache);
        foreach (var (name, value) in contents)
        {
            real.Set(name, value);
        }

        await real.CommitAsync();
        var data = await cache.GetAsync("key") ?? DistributedSessionFormat.Empty().Write();
        Assert.True(DistributedSessionFormat.TryRead(data, out var session));
        Assert.Equal(data, session.Write());
        session.Entries["added"] = new byte[] { 7 };
        await cache.SetAsync("key", session.Write());

        var again = Real(cache);
        Assert.Equal(contents.Keys.Append("added").Order(StringComparer.Ordinal), again.Keys.Order(StringComparer.Ordinal));
        Assert.All(contents, c => Assert.True(again.TryGetValue(c.Key, out var value) && value.AsSpan().SequenceEqual(c.Value)));
    }, iter: 300, threads: 1);

    [Fact]
    public void Damaged_IsNotRead()
    {
        var data = Convert.FromBase64String(Golden);
        for (var length = 0; length < data.Length; length++)
        {
            Assert.False(DistributedSessionFormat.TryRead(data.AsMemory(0, length), out _), $"cut at {length}");
        }

        Assert.False(DistributedSessionFormat.TryRead((byte[])[.. data, 0], out _));
        Assert.False(DistributedSessionFormat.TryRead((byte[])[1, .. data[1..]], out _));
        Assert.False(DistributedSessionFormat.TryRead((byte[])[3, .. data[1..]], out _));

        // A length below zero, a name that is no UTF-8, a name twice.
        Assert.False(DistributedSessionFormat.TryRead((byte[])[.. data[..26], 0xFF, .. data[27..]], out _));
        Assert.False(DistributedSessionFormat.TryRead((byte[])[.. data[..22], 0xFF, .. data[23..]], out _));
        byte[] one = [0, 1, (byte)'a', 0, 0, 0, 0];
        Assert.False(DistributedSessionFormat.TryRead((byte[])[2, 0, 0, 2, .. new byte[16], .. one, .. one], out _));
    }

    [Fact]
    public async Task AnyBytes_AreReadOrRefused_AndNeverThrow() =>
        await Gen.Byte.Array[0, 64].SampleAsync(bytes => Task.FromResult(DistributedSessionFormat.TryRead((byte[])[2, 0, 0, .. bytes], out _) | true), iter: 20_000, threads: 1);

    private static bool IsText(string text) => text == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) && text != "added";

    private static DistributedSession Real(IDistributedCache cache) =>
        new(cache, "key", TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(1), () => true, NullLoggerFactory.Instance, isNewSessionKey: false);
}
