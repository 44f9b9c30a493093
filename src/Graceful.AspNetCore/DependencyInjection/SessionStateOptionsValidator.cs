using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>Says which setting is wrong, and what is right.</summary>
internal sealed class SessionStateOptionsValidator(ConfigureSessionStateOptions read) : IValidateOptions<SessionStateOptions>
{
    public ValidateOptionsResult Validate(string? name, SessionStateOptions options)
    {
        var faults = new List<string>(read.Faults);
        Check(options.Timeout > TimeSpan.Zero && options.Timeout <= TimeSpan.FromMinutes(1), nameof(options.Timeout), options.Timeout, "must be above zero and at most 1 minute");
        Check(options.TouchInterval > TimeSpan.Zero && options.TouchInterval <= TimeSpan.FromDays(1), nameof(options.TouchInterval), options.TouchInterval, "must be above zero and at most 1 day");
        Check(
            options.CookieCacheDuration >= TimeSpan.Zero && options.CookieCacheDuration <= TimeSpan.FromHours(1), nameof(options.CookieCacheDuration), options.CookieCacheDuration,
            "must be from zero to 1 hour");
        Check(options.AbsoluteTimeout is null || options.AbsoluteTimeout > TimeSpan.Zero, nameof(options.AbsoluteTimeout), options.AbsoluteTimeout, "must be above zero");
        Check(options.MaxEntryBytes > 0, nameof(options.MaxEntryBytes), options.MaxEntryBytes, "must be above zero");
        Check(options.MaxSessionBytes >= options.MaxEntryBytes, nameof(options.MaxSessionBytes), options.MaxSessionBytes, $"must be at least {nameof(options.MaxEntryBytes)}");
        Check(options.MaxEntries > 0, nameof(options.MaxEntries), options.MaxEntries, "must be above zero");
        Check(Enum.IsDefined(options.Load), nameof(options.Load), options.Load, "is not defined");
        Check(Enum.IsDefined(options.OnUnavailable), nameof(options.OnUnavailable), options.OnUnavailable, "is not defined");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(bool holds, string key, object? value, string rule)
        {
            if (!holds)
            {
                faults.Add($"{SessionStateOptions.SectionName}:{key} = '{value}' {rule}");
            }
        }
    }
}
