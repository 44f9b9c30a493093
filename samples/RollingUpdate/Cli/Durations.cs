using System.Globalization;

namespace Graceful.RollingUpdate;

/// <summary>Durations as people type them: <c>20</c>, <c>20s</c>, <c>2m</c> or <c>00:01:30</c>.</summary>
internal static class Durations
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var unit = text.Length > 0 ? text[^1] : ' ';
        if (TimeSpan.TryParseExact(text, ["c", @"h\:mm\:ss"], CultureInfo.InvariantCulture, out duration) && text.Contains(':', StringComparison.Ordinal))
        {
            return true;
        }

        var digits = unit is 's' or 'm' ? text[..^1] : text;
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 86400)
        {
            return false;
        }

        duration = unit == 'm' ? TimeSpan.FromMinutes(number) : TimeSpan.FromSeconds(number);
        return true;
    }
}
