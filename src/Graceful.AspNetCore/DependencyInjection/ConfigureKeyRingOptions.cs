using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>Reads the section <c>Graceful:KeyRing</c>, and holds it against its rules. The JSON schema in the package lists the same keys; a test compares them.</summary>
internal sealed class ConfigureKeyRingOptions(IConfiguration configuration, GracefulOptions graceful) : IConfigureOptions<KeyRingOptions>, IValidateOptions<KeyRingOptions>
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromDays(1);

    private IReadOnlyList<string> _faults = [];

    public void Configure(KeyRingOptions options)
    {
        var reader = new ConfigurationReader(configuration.GetSection(KeyRingOptions.SectionName), KeyRingOptions.SectionName);
        reader.Duration(nameof(options.CheckInterval), v => options.CheckInterval = v);
        reader.Bool(nameof(options.AllowUnprotectedKeys), v => options.AllowUnprotectedKeys = v);
        reader.RejectUnknown();
        _faults = reader.Faults;
    }

    public ValidateOptionsResult Validate(string? name, KeyRingOptions options)
    {
        if (!graceful.Enabled)
        {
            return ValidateOptionsResult.Success;
        }

        List<string> faults = [.. _faults];
        if (options.CheckInterval < Least || options.CheckInterval > Most)
        {
            faults.Add($"{KeyRingOptions.SectionName}:CheckInterval = {options.CheckInterval} must be at least {Least} and at most {Most}");
        }

        return faults.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"The section '{KeyRingOptions.SectionName}' has {faults.Count} fault(s):{string.Concat(faults.Select(f => $"{Environment.NewLine}  - {f}"))}");
    }
}
