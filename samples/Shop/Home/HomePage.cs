using System.Net;
using System.Text;

namespace Shop;

/// <summary>The page at <c>/</c>: self-contained, put together once.</summary>
internal sealed class HomePage(ShopIdentity shop)
{
    private readonly Lazy<byte[]> _html = new(() => Compose(shop));

    public byte[] Html => _html.Value;

    private static byte[] Compose(ShopIdentity shop) => Encoding.UTF8.GetBytes(Read("page.html")
        .Replace("{{version}}", WebUtility.HtmlEncode(shop.Version), StringComparison.Ordinal)
        .Replace("{{instance}}", WebUtility.HtmlEncode(shop.Instance), StringComparison.Ordinal)
        .Replace("{{script}}", Read("feed.js"), StringComparison.Ordinal));

    private static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(HomePage).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
