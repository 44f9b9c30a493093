using System.Globalization;

namespace Graceful.RollingUpdate;

/// <summary>Rolls until the file holds enough of each setting; in turn, so that a noisy hour is shared by all.</summary>
internal sealed class Series(IReadOnlyList<SeriesSetting> settings, SeriesFile file, bool graceful, int rolls)
{
    public async Task RunAsync(IRunView view, CancellationToken cancellationToken)
    {
        var binaries = ShopBinaries.Locate();
        while (Next() is { } setting)
        {
            var run = new RollRun(setting.Settings, binaries, view);
            var result = await run.RunAsync(graceful, cancellationToken);
            file.Append(SeriesLine.Of(setting.Name, result));
            view.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{setting.Name} {Done(setting)}/{rolls}: {(result.Faults.Count == 0 ? "clean" : string.Join("; ", result.Faults))}"));
        }
    }

    private SeriesSetting? Next() => settings.Where(s => Done(s) < rolls).MinBy(Done);

    private int Done(SeriesSetting setting) => file.Lines.Count(l => l.Setting == setting.Name && l.Graceful == graceful);
}
