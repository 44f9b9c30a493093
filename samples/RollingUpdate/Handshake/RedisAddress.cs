using System.Globalization;

namespace Graceful.RollingUpdate;

/// <summary>Where a real server is: <c>host</c>, <c>host:port</c> or <c>[address]:port</c>.</summary>
internal sealed record RedisAddress(string Host, int Port)
{
    private const int StandardPort = 6379;

    public static bool TryParse(string text, out RedisAddress address)
    {
        address = new RedisAddress("", StandardPort);
        var colon = text.LastIndexOf(':');
        var hasPort = colon > text.LastIndexOf(']');
        var host = hasPort ? text[..colon] : text;
        var port = StandardPort;
        if ((hasPort && (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535))
            || Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            return false;
        }

        address = new RedisAddress(host, port);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
