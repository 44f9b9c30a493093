using System.CommandLine;

namespace Graceful.Benchmarks;

internal static class CommonOptions
{
    public static Option<bool> Preliminary() => new("--preliminary") { Description = "Mark the result as taken on a busy machine." };

    public static Option<int> Count(string name, int standard, string description)
    {
        var option = new Option<int>(name) { Description = $"{description} (default {standard})", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError($"{name} must be at least 1.");
            }
        });
        return option;
    }
}
