using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Entries as they lie in stores: every version before and after has to read them, and today's code writes the same. One that differs is a new format, and needs a flag of its own.</summary>
public sealed class EntryGoldenTests : IDisposable
{
    private static readonly SessionHandle Session = SessionHandle.Of("golden");
    private readonly ServiceProvider _services;
    private readonly EntryCodec _codec;

    public EntryGoldenTests()
    {
        // A key of no use but to this test, as a ring keeps it.
        var services = new ServiceCollection().AddLogging();
        services.AddDataProtection().SetApplicationName("golden").PersistKeysToFileSystem(new DirectoryInfo(Folder)).DisableAutomaticKeyGeneration();
        _services = services.BuildServiceProvider();
        _codec = new EntryCodec(_services.GetRequiredService<IDataProtectionProvider>());
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Sessions", "Golden");

    [Fact]
    public void Bytes_OfTheApplication()
    {
        var golden = Read("entry-raw.hex");

        Assert.Equal(golden, EntryCodec.EncodeRaw([0, 1, 127, 128, 255]));
        Assert.True(_codec.TryDecode("any", golden, Session, out var decoded));
        Assert.Equal((0u, 0, "00017F80FF"), (decoded.SchemaHash, decoded.Version, Convert.ToHexString(decoded.Payload.Span)));
    }

    [Fact]
    public void Bytes_ThatAreNone()
    {
        var golden = Read("entry-raw-empty.hex");

        Assert.Equal(golden, EntryCodec.EncodeRaw([]));
        Assert.True(_codec.TryDecode("any", golden, Session, out var decoded));
        Assert.Equal((0, 0), (decoded.Version, decoded.Payload.Length));
    }

    [Fact]
    public void Document_WithASchema()
    {
        var (golden, schema) = (Read("entry-schema.hex"), Schema(258));

        Assert.Equal(golden, _codec.Encode(schema, 258, schema.Write(new Cart(2, "ü")), Session));
        Assert.True(_codec.TryDecode("cart", golden, Session, out var decoded));
        Assert.Equal((schema.Hash, 258), (decoded.SchemaHash, decoded.Version));
        Assert.Equal(new Cart(2, "ü"), schema.Read(decoded.Payload.Span, 258));
    }

    [Fact]
    public void Document_Encrypted_HasItsHeadInClear_AndIsReadByItsKey()
    {
        var (golden, schema) = (Read("entry-encrypted.hex"), Schema(258));
        schema.IsEncrypted = true;

        // What is encrypted differs each time, the head does not.
        var codec = new EntryCodec(new EphemeralDataProtectionProvider());
        Assert.Equal(golden[..7], codec.Encode(schema, 258, schema.Write(new Cart(2, "ü")), Session)[..7]);
        Assert.True(_codec.TryDecode("cart", golden, Session, out var decoded));
        Assert.Equal((schema.Hash, 258), (decoded.SchemaHash, decoded.Version));
        Assert.Equal(new Cart(2, "ü"), schema.Read(decoded.Payload.Span, 258));
        Assert.False(_codec.TryDecode("cart", golden, SessionHandle.Of("another"), out _));
    }

    public void Dispose() => _services.Dispose();

    private static byte[] Read(string file) => Convert.FromHexString(File.ReadAllText(Path.Combine(Folder, file)).ReplaceLineEndings(""));

    private static SessionSchema<Cart> Schema(int version) => new("cart", version, (JsonTypeInfo<Cart>)JsonSerializerOptions.Web.GetTypeInfo(typeof(Cart)));
}
