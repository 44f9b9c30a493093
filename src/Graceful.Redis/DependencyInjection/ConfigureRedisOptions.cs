using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>Reads the section <c>Graceful:Redis</c>. The JSON schema in the package lists the same keys; a test compares them.</summary>
internal sealed class ConfigureRedisOptions(IConfiguration configuration) : IConfigureOptions<RedisOptions>
{
    public IReadOnlyList<string> Faults { get; private set; } = [];

    public void Configure(RedisOptions options)
    {
        var reader = new ConfigurationReader(configuration.GetSection(RedisOptions.SectionName), RedisOptions.SectionName);
        reader.Text(nameof(options.Configuration), v => options.Configuration = v);
        reader.Text(nameof(options.InstanceName), v => options.InstanceName = v);
        reader.RejectUnknown();
        Faults = reader.Faults;
    }
}
