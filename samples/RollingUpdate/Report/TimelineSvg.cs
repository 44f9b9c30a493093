using System.Globalization;
using System.Net;
using System.Text;

namespace Graceful.RollingUpdate;

/// <summary>Draws one side: answers per second by version, with every loss marked, over the phases of each instance on the same axis.</summary>
internal sealed class TimelineSvg
{
    private const double Width = 1000;
    private const double Left = 62;
    private const double Right = 12;
    private const double Top = 26;
    private const double ChartHeight = 210;
    private const double LaneHeight = 20;
    private const double LaneGap = 7;
    private const double LanesTop = Top + ChartHeight + 40;

    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    private readonly RollResult _side;
    private readonly StringBuilder _svg = new();
    private readonly double _seconds;
    private readonly double _peak;

    private TimelineSvg(RollResult side)
    {
        _side = side;
        _seconds = Math.Max(1, Math.Ceiling(side.LoadSeconds));
        _peak = NiceCeiling(side.Count.Seconds.Select(s => (double)(s.V1 + s.V2 + s.Lost)).DefaultIfEmpty(1).Max());
    }

    public static string Render(RollResult side)
    {
        var timeline = new TimelineSvg(side);
        var height = LanesTop + (side.Fleet.Count * (LaneHeight + LaneGap)) + 6;
        timeline.Axes();
        timeline.Seconds();
        timeline.Lanes();
        return string.Create(
            Plain,
            $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"Answers per second by version, and the phases of each instance\">\n{timeline._svg}</svg>");
    }

    public static string Legend()
    {
        (string Colour, string Name)[] entries =
        [
            ("v1", "answered by version 1"), ("v2", "answered by version 2"), ("bad", "lost"), ("cut", "streams cut"), ("starting", "starting"), ("refused", "refused by the fleet"),
            ("lame", "lame duck"), ("draining", "draining"), ("flushing", "flushing"), ("terminating", "stopping"),
        ];
        return $"<div class=\"legend\">{string.Concat(entries.Select(e => $"<span><i style=\"background:var(--{e.Colour})\"></i>{e.Name}</span>"))}</div>";
    }

    private void Axes()
    {
        var bottom = Top + ChartHeight;
        Rect(X(_side.Roll.Begun), Top - 8, X(_side.Roll.Ended) - X(_side.Roll.Begun), LanesTop - Top + (_side.Fleet.Count * (LaneHeight + LaneGap)) + 8, "roll", $"the roll: {_side.Roll.Begun:0.0} s to {_side.Roll.Ended:0.0} s");
        Text(X(_side.Roll.Begun) + 4, Top - 12, "the roll", "start");
        for (var i = 0; i <= 4; i++)
        {
            var value = _peak * i / 4;
            Line(Left, Y(value), Width - Right, Y(value), "grid");
            Text(Left - 8, Y(value) + 4, string.Create(Plain, $"{value:0}"), "end");
        }

        Text(Left - 8, Top - 12, "req/s", "end");
        var step = _seconds <= 30 ? 2 : _seconds <= 90 ? 5 : _seconds <= 240 ? 15 : 60;
        for (var at = 0; at <= _seconds; at += step)
        {
            Line(X(at), bottom, X(at), bottom + 5, "axis");
            Text(X(at), bottom + 18, string.Create(Plain, $"{at} s"), "middle");
        }

        Line(Left, bottom, Width - Right, bottom, "axis");
    }

    private void Seconds()
    {
        var width = (Width - Left - Right) / _seconds;
        foreach (var second in _side.Count.Seconds)
        {
            var x = X(second.Second) + (width * 0.06);
            var bar = width * 0.88;
            var title = string.Create(
                Plain, $"second {second.Second}: {second.V1} by version 1, {second.V2} by version 2, {second.Lost} lost, {second.Cut} streams cut");
            Bar(x, bar, 0, second.V1, "v1", title);
            Bar(x, bar, second.V1, second.V2, "v2", title);
            Bar(x, bar, second.V1 + second.V2, second.Lost, "bad", title);

            // A few losses among hundreds of answers would be a hairline: each second that has some is flagged as well.
            var top = Y(second.V1 + second.V2 + second.Lost) - 3;
            if (second.Lost > 0)
            {
                Flag(X(second.Second) + (width / 2), top, second.Lost, "bad");
                top -= 20;
            }

            if (second.Cut > 0)
            {
                Flag(X(second.Second) + (width / 2), top, second.Cut, "cut");
            }
        }
    }

    private void Lanes()
    {
        var y = LanesTop;
        foreach (var instance in _side.Fleet)
        {
            Text(Left - 8, y + 14, instance.Name, "end", "name");
            foreach (var span in instance.Phases.Where(s => s.Phase != InstancePhases.Exited))
            {
                Span(instance, span, y);
            }

            if (instance.ExitCode is { } code && instance.Phases[^1].Start < _seconds)
            {
                Text(X(instance.Phases[^1].Start) + 6, y + 14, string.Create(Plain, $"exit {code}"), "start");
            }

            y += LaneHeight + LaneGap;
        }
    }

    private void Span(InstanceResult instance, PhaseSpan span, double y)
    {
        var from = X(Math.Clamp(span.Start, 0, _seconds));
        var to = X(Math.Clamp(span.End ?? _side.LoadSeconds, 0, _seconds));
        if (to - from < 0.2)
        {
            return;
        }

        var colour = span.Phase switch
        {
            InstancePhases.Ready => instance.Version == ShopVersion.V1 ? "v1" : "v2",
            InstancePhases.LameDuck => "lame",
            _ => span.Phase,
        };
        var seconds = (span.End ?? _side.LoadSeconds) - span.Start;
        Rect(from, y, to - from, LaneHeight, colour, string.Create(Plain, $"{instance.Name}: {span.Phase}, {seconds:0.0} s"), radius: 3);
        var label = span.Phase == InstancePhases.Ready ? $"version {instance.Version.Number()}" : span.Phase;
        if (to - from > (label.Length * 5.6) + 8)
        {
            Text((from + to) / 2, y + 14, label, "middle", span.Phase == InstancePhases.Ready ? "in onDark" : "in");
        }
    }

    private void Bar(double x, double width, double from, double count, string colour, string title)
    {
        if (count > 0)
        {
            Rect(x, Y(from + count), width, Y(from) - Y(from + count), colour, title);
        }
    }

    private void Flag(double x, double y, int count, string colour)
    {
        var text = count.ToString(Plain);
        var half = 5 + (text.Length * 3.2);
        Rect(x - half, y - 16, half * 2, 15, colour, null, radius: 4);
        Text(x, y - 5, text, "middle", "in onDark");
    }

    private void Rect(double x, double y, double width, double height, string colour, string? title, double radius = 0) => _svg.Append(
        Plain,
        $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" rx=\"{radius}\" style=\"fill:var(--{colour})\">{(title is null ? "" : $"<title>{WebUtility.HtmlEncode(title)}</title>")}</rect>\n");

    private void Line(double x1, double y1, double x2, double y2, string name) => _svg.Append(
        Plain, $"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" class=\"{name}\"/>\n");

    private void Text(double x, double y, string text, string anchor, string name = "") => _svg.Append(
        Plain, $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\" class=\"{name}\">{WebUtility.HtmlEncode(text)}</text>\n");

    private double X(double second) => Left + (second / _seconds * (Width - Left - Right));

    private double Y(double value) => Top + ChartHeight - (value / _peak * ChartHeight);

    /// <summary>The next 1, 2, 2.5 or 5 times a power of ten, with room for the flags.</summary>
    private static double NiceCeiling(double value)
    {
        var needed = Math.Max(4, value * 1.12);
        var power = Math.Pow(10, Math.Floor(Math.Log10(needed)));
        return new[] { 1, 1.2, 1.6, 2, 2.4, 2.8, 3.2, 3.6, 4, 5, 6, 8, 10 }.Select(f => f * power).First(v => v >= needed);
    }
}
