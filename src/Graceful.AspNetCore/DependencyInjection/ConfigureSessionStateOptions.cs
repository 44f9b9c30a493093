using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>Reads the section <c>Graceful:Session</c>. The JSON schema in the package lists the same keys; a test compares them.</summary>
internal sealed class ConfigureSessionStateOptions(IConfiguration configuration) : IConfigureOptions<SessionStateOptions>
{
    public IReadOnlyList<string> Faults { get; private set; } = [];

    public void Configure(SessionStateOptions options)
    {
        var reader = new ConfigurationReader(configuration.GetSection(SessionStateOptions.SectionName), SessionStateOptions.SectionName);
        reader.Choice<SessionLoadMode>(nameof(options.Load), v => options.Load = v);
        reader.Choice<SessionFailure>(nameof(options.OnUnavailable), v => options.OnUnavailable = v);
        reader.Bool(nameof(options.AllowLostWrites), v => options.AllowLostWrites = v);
        reader.Duration(nameof(options.Timeout), v => options.Timeout = v);
        reader.Duration(nameof(options.TouchInterval), v => options.TouchInterval = v);
        reader.Duration(nameof(options.CookieCacheDuration), v => options.CookieCacheDuration = v);
        reader.Duration(nameof(options.AbsoluteTimeout), v => options.AbsoluteTimeout = v);
        reader.Int(nameof(options.MaxEntryBytes), v => options.MaxEntryBytes = v);
        reader.Int(nameof(options.MaxSessionBytes), v => options.MaxSessionBytes = v);
        reader.Int(nameof(options.MaxEntries), v => options.MaxEntries = v);
        reader.Text(nameof(options.Contract), v => options.Contract = v);
        reader.RejectUnknown();
        Faults = reader.Faults;
    }
}
