namespace Graceful.RollingUpdate;

/// <summary>Who answered. Read from the body: an answer that does not say so is not Shop's.</summary>
internal readonly record struct ShopReply(ShopVersion Version, string? Instance)
{
    public static ShopReply Parse(ReadOnlySpan<byte> body)
    {
        var version = body.IndexOf("1.0.0"u8) >= 0 ? ShopVersion.V1
            : body.IndexOf("2.0.0"u8) >= 0 ? ShopVersion.V2
            : body.IndexOf("3.0.0"u8) >= 0 ? ShopVersion.V3
            : throw new LossException(LossCause.WrongAnswer, $"no version in the body ({body.Length} bytes)");
        return new ShopReply(version, InstanceIn(body));
    }

    private static string? InstanceIn(ReadOnlySpan<byte> body)
    {
        var name = "\"instance\":\""u8;
        var at = body.IndexOf(name);
        if (at < 0)
        {
            return null;
        }

        var rest = body[(at + name.Length)..];
        var end = rest.IndexOf((byte)'"');
        return end < 0 ? null : string.Intern(System.Text.Encoding.UTF8.GetString(rest[..end]));
    }
}
