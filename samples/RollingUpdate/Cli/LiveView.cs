using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Graceful.RollingUpdate;

/// <summary>A table that is redrawn four times a second: the fleet, the counts, and the last things that happened.</summary>
internal sealed class LiveView(IAnsiConsole console) : IRunView
{
    private const int KeptLines = 7;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Queue<string> _said = new();
    private readonly Lock _lock = new();
    private RunStatus? _status;

    public void Say(string text)
    {
        lock (_lock)
        {
            if (_status is null)
            {
                console.MarkupLineInterpolated($"[grey]{text}[/]");
                return;
            }

            _said.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{_status.Clock.Now,6:0.0} s  {text}"));
            if (_said.Count > KeptLines)
            {
                _said.Dequeue();
            }
        }
    }

    public IDisposable Watch(RunStatus status)
    {
        lock (_lock)
        {
            _said.Clear();
            _status = status;
        }

        var stop = new CancellationTokenSource();
        var drawing = console.Live(Draw(status)).AutoClear(false).StartAsync(context => DrawAsync(context, status, stop.Token));
        return new Ended(() =>
        {
            stop.Cancel();
            drawing.GetAwaiter().GetResult();
            stop.Dispose();
            lock (_lock)
            {
                _status = null;
            }
        });
    }

    private async Task DrawAsync(LiveDisplayContext context, RunStatus status, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            context.UpdateTarget(Draw(status));
            await Task.Delay(Interval, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        context.UpdateTarget(Draw(status));
    }

    private Rows Draw(RunStatus status)
    {
        var count = status.Ledger.Snapshot();
        lock (_lock)
        {
            return new Rows(
            [
                new Rule($"[bold]{Markup.Escape(status.Title)}[/] behind {Markup.Escape(status.Gateway)}").LeftJustified(),
                Fleet(status, count),
                Progress(status, count),
                .. _said.Select(line => new Text(line, new Style(Color.Grey))),
            ]);
        }
    }

    private static Table Fleet(RunStatus status, LedgerSnapshot count)
    {
        var table = new Table().RoundedBorder().AddColumns("instance", "version", "phase", "fleet", "level")
            .AddColumn(new TableColumn("connections").RightAligned())
            .AddColumn(new TableColumn("in flight").RightAligned())
            .AddColumn(new TableColumn("answered").RightAligned());
        foreach (var instance in status.Fleet.Instances)
        {
            var phase = Phase(instance);
            var gone = phase.StartsWith(InstancePhases.Exited, StringComparison.Ordinal);
            table.AddRow(
                new Text(instance.Address.Name, gone ? new Style(Color.Grey) : Style.Plain),
                new Text(instance.Address.Version.Text(), ColorOf(instance.Address.Version)),
                new Text(phase, StyleOf(phase)),
                new Text(gone ? "" : instance.Detail.Standing?.ToLowerInvariant() ?? "–", instance.IsRefused ? new Style(Color.Red) : Style.Plain),
                new Text(gone ? "" : Level(instance.Detail.Orders)),
                new Text(gone ? "" : Number(instance.Detail.Connections)),
                new Text(gone ? "" : Number(instance.Detail.Requests)),
                new Text(Number(count.ByInstance.GetValueOrDefault(instance.Address.Name))));
        }

        return table;
    }

    private static Columns Progress(RunStatus status, LedgerSnapshot count)
    {
        var now = Math.Max(0, status.Clock.Now);
        var started = count.Sent > 0;
        var rate = count.Seconds.Count > 1 ? count.Seconds[^2].V1 + count.Seconds[^2].V2 : 0;
        IRenderable[] cells =
        [
            new Markup(started ? $"[grey]load[/] {now:0} s [grey]of {status.Settings.Duration.TotalSeconds:0} or more[/]" : "[grey]no load yet[/]"),
            new Markup($"[grey]replaced[/] {status.Fleet.Instances.Count(i => i.IsReplaced && i.Exited.IsCompleted)} of {status.Fleet.New.Count}"),
            new Markup($"[grey]answered[/] {rate}/s"),
            new Markup($"[grey]sent[/] {count.Sent:N0}"),
            Bad("lost", count.Lost),
            Bad("streams cut", count.StreamsCut),
            Bad("events missed", count.EventsMissed),
            Bad("gone from carts", count.Carts.Lost),
        ];
        return new Columns(cells);
    }

    private static Markup Bad(string name, int value) => new($"[grey]{name}[/] [{(value == 0 ? "green" : "red bold")}]{value:N0}[/]");

    private static string Level(ContractDetail? orders) =>
        orders is null ? "–" : orders.Low == orders.High ? $"{orders.Active}" : $"{orders.Active} [{orders.Low},{orders.High}]";

    private static string Phase(ShopInstance instance)
    {
        var phase = instance.Phase;
        return phase switch
        {
            // The instance knows better than we do, as long as it answers.
            InstancePhases.Terminating => InstancePhases.Named(instance.Detail.Phase) ?? phase,
            InstancePhases.Exited when instance.Exited.IsCompletedSuccessfully => $"{phase} ({instance.Exited.Result})",
            _ => phase,
        };
    }

    private static Style StyleOf(string phase) => phase switch
    {
        InstancePhases.Ready => new Style(Color.Green),
        InstancePhases.Starting => new Style(Color.Yellow),
        InstancePhases.Refused => new Style(Color.Red),
        _ when phase.StartsWith(InstancePhases.Exited, StringComparison.Ordinal) => new Style(Color.Grey),
        _ => new Style(Color.Orange1),
    };

    private static Style ColorOf(ShopVersion version) => new(version == ShopVersion.V1 ? Color.SteelBlue1 : version == ShopVersion.V2 ? Color.MediumPurple1 : Color.Orange1);

    private static string Number(int? value) => value?.ToString("N0", CultureInfo.InvariantCulture) ?? "–";
}
