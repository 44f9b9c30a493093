using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CsCheck;
using Microsoft.AspNetCore.DataProtection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>What lies in the store under the name of an entry, and what does not look like it. Byte for byte: <see cref="EntryGoldenTests"/>.</summary>
public sealed class EntryCodecTests
{
    private static readonly SessionHandle Session = SessionHandle.Of("one");
    private static readonly SessionHandle Other = SessionHandle.Of("two");
    private readonly EntryCodec _codec = new(new EphemeralDataProtectionProvider());

    [Theory]
    [InlineData("")]
    [InlineData("04AA")]
    [InlineData("80AA")]
    [InlineData("02AA")]
    [InlineData("01")]
    [InlineData("010000000000")]
    [InlineData("01000000000000")]
    [InlineData("03000000000001")]
    public void Entry_ThatIsMalformed_IsRefused(string entry) => Assert.False(_codec.TryDecode("cart", Convert.FromHexString(entry), Session, out _));

    [Fact]
    public void Bytes_ThatAreAccepted_EncodeToTheSame() => Gen.Select(Gen.Byte[0, 4], Gen.Byte.Array[0, 40]).Sample((flags, rest) =>
    {
        var schema = Schema("cart");
        byte[] entry = [flags, .. rest];
        if (flags == 1 && entry.Length >= 5)
        {
            Convert.FromHexString("1C42DDC0").CopyTo(entry, 1);
        }

        if (_codec.TryDecode("cart", entry, Session, out var decoded))
        {
            var again = decoded.Version == 0 ? EntryCodec.EncodeRaw(decoded.Payload.Span) : _codec.Encode(schema, decoded.Version, decoded.Payload.ToArray(), Session);
            Assert.Equal(entry, again);
        }
    });

    [Fact]
    public void EncryptedEntry_IsReadOnlyInItsSessionAndUnderItsName_AndMoves()
    {
        var schema = Schema("cart");
        schema.IsEncrypted = true;
        var json = schema.Write(new Cart(2, "plaintext"));
        var entry = _codec.Encode(schema, 2, json, Session);

        Assert.Equal(-1, entry.AsSpan().IndexOf("plaintext"u8));
        Assert.True(_codec.TryDecode("cart", entry, Session, out var decoded));
        Assert.Equal(json, decoded.Payload.ToArray());
        Assert.False(_codec.TryDecode("cart", entry, Other, out _));
        Assert.False(_codec.TryDecode("basket", entry, Session, out _));
        var moved = _codec.Move("cart", entry, Session, Other);
        Assert.True(_codec.TryDecode("cart", moved, Other, out decoded));
        Assert.Equal(json, decoded.Payload.ToArray());
        Assert.False(_codec.TryDecode("cart", moved, Session, out _));
    }

    private static SessionSchema<Cart> Schema(string name) => new(name, 2, (JsonTypeInfo<Cart>)JsonSerializerOptions.Web.GetTypeInfo(typeof(Cart)));
}
