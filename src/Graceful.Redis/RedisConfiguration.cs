using StackExchange.Redis;

namespace Graceful;

/// <summary>The client's settings, from ours.</summary>
internal static class RedisConfiguration
{
    private const string ClientName = "graceful";
    private static readonly ConfigurationOptions Standard = new();

    public static ConfigurationOptions For(RedisOptions options)
    {
        var configuration = options.ConfigurationOptions?.Clone() ?? ConfigurationOptions.Parse(options.Configuration!);

        // A start without Redis must not fail, and must find it when it comes.
        configuration.AbortOnConnectFail = false;

        // A renewal that waits in a queue for the connection to come back would say something of the past.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ClientName ??= ClientName;

        // Neither is used, and each would need a permission of its own (a key outside the fleet's, a channel outside the fleet's).
        if (configuration.TieBreaker == Standard.TieBreaker)
        {
            configuration.TieBreaker = "";
        }

        if (configuration.ConfigurationChannel == Standard.ConfigurationChannel)
        {
            configuration.ConfigurationChannel = "";
        }

        return configuration;
    }

    /// <summary>Whether a text can be read; the parser's own message may repeat a password.</summary>
    public static bool IsReadable(string configuration)
    {
        try
        {
            return ConfigurationOptions.Parse(configuration).EndPoints.Count > 0;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
