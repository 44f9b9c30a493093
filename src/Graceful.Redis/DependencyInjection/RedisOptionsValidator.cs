using System.Buffers;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>Every fault of the section in one message: key, value, rule. The value of <c>Configuration</c> is never shown.</summary>
internal sealed class RedisOptionsValidator(ConfigureRedisOptions read, GracefulOptions graceful) : IValidateOptions<RedisOptions>
{
    private static readonly SearchValues<char> NotInAKey = SearchValues.Create("{} \t\r\n*?[]\\");

    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        if (!graceful.Enabled)
        {
            return ValidateOptionsResult.Success;
        }

        List<string> faults = [.. read.Faults];
        Connection(faults, options);
        if (options.InstanceName.AsSpan().ContainsAny(NotInAKey))
        {
            faults.Add($"{RedisOptions.SectionName}:InstanceName = '{options.InstanceName}' must hold no braces, blanks, backslashes or wildcards: keys, cluster slots and ACLs are made of it");
        }

        return faults.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"The section '{RedisOptions.SectionName}' has {faults.Count} fault(s):{string.Concat(faults.Select(f => $"{Environment.NewLine}  - {f}"))}");
    }

    private static void Connection(List<string> faults, RedisOptions options)
    {
        const string Key = $"{RedisOptions.SectionName}:Configuration";
        if (options.ConnectionMultiplexerFactory is not null || options.ConfigurationOptions is not null)
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(options.Configuration))
        {
            faults.Add($"{Key} is missing: say where Redis is, such as 'redis:6379', or set ConfigurationOptions or ConnectionMultiplexerFactory in code");
        }
        else if (options.Configuration.Contains("://", StringComparison.Ordinal))
        {
            // The client would take it for the name of a host, and name it in its errors.
            faults.Add($"{Key} (not shown, it may hold a password) must be host:port,option=value,…, not a URL");
        }
        else if (!RedisConfiguration.IsReadable(options.Configuration))
        {
            faults.Add($"{Key} (not shown, it may hold a password) must be a configuration string of StackExchange.Redis: host:port,option=value,…");
        }
    }
}
