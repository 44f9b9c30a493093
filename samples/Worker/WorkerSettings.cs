using System.Globalization;

namespace Worker;

/// <param name="Every">How often a job arrives.</param>
/// <param name="Takes">How long a job takes.</param>
/// <param name="Parallel">How many jobs run at the same time.</param>
/// <param name="ResultsFile">Where results go; null for nowhere.</param>
internal sealed record WorkerSettings(TimeSpan Every, TimeSpan Takes, int Parallel, string? ResultsFile)
{
    public static WorkerSettings From(IConfiguration configuration) => new(
        Duration(configuration["Worker:Every"], TimeSpan.FromMilliseconds(500)),
        Duration(configuration["Worker:Takes"], TimeSpan.FromSeconds(2)),
        int.Parse(configuration["Worker:Parallel"] ?? "4", CultureInfo.InvariantCulture),
        configuration["Worker:ResultsFile"]);

    private static TimeSpan Duration(string? text, TimeSpan otherwise) =>
        text is null ? otherwise : TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
