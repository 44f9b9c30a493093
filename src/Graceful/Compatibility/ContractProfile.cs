using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Graceful;

/// <summary>
/// What a build declares, as one line of text: equal for all instances of a build, short, and readable by a store's script.
/// <code>
///   profile   = contract *( ";" contract )            sorted by name; empty when nothing is declared
///   contract  = name SP min SP max SP ceiling SP flags SP retention
///   name      = 1*64( a-z 0-9 . _ - )
///   flags     = "-" or "m" (manual activation), "k" (kept until an operator says that it is gone), "mk"
///   retention = whole milliseconds, rounded up, at most a century
/// </code>
/// </summary>
public static class ContractProfile
{
    private const int LongestName = 64;

    // A century: sums of it still fit a TimeSpan.
    private const long LongestRetention = 100L * 366 * 86_400_000;

    /// <summary>Writes a profile.</summary>
    /// <exception cref="ArgumentException">A name is empty, too long, or holds a character that a name may not; or a ceiling or a retention is out of range.</exception>
    public static string Format(IEnumerable<KeyValuePair<string, ContractDeclaration>> declarations)
    {
        ArgumentNullException.ThrowIfNull(declarations);
        return string.Join(';', declarations.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => FormatOne(d.Key, d.Value)));
    }

    /// <summary>Reads a profile.</summary>
    /// <exception cref="FormatException">The text is no profile, or holds an invalid range: it must not be counted.</exception>
    public static ImmutableSortedDictionary<string, ContractDeclaration> Parse(string profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return TryParse(profile, out var declarations) ? declarations : throw new FormatException("The text is not a profile of contracts.");
    }

    /// <summary>Reads a profile; false when the text is none, or holds an invalid range: it must not be counted.</summary>
    public static bool TryParse(string profile, [NotNullWhen(true)] out ImmutableSortedDictionary<string, ContractDeclaration>? declarations)
    {
        ArgumentNullException.ThrowIfNull(profile);
        declarations = null;
        var read = ImmutableSortedDictionary.CreateBuilder<string, ContractDeclaration>(StringComparer.Ordinal);
        foreach (var contract in profile.Length == 0 ? [] : profile.Split(';'))
        {
            var parts = contract.Split(' ');
            if (parts.Length != 6 || !IsName(parts[0]) || !Number(parts[1], out var min) || !Number(parts[2], out var max) || max < min
                || !Number(parts[3], out var ceiling) || parts[4] is not ("-" or "m" or "k" or "mk")
                || !long.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out var retention) || retention > LongestRetention
                || !read.TryAdd(parts[0], new ContractDeclaration(
                    new LevelRange(min, max), ceiling, parts[4].Contains('m', StringComparison.Ordinal), TimeSpan.FromMilliseconds(retention), parts[4].Contains('k', StringComparison.Ordinal))))
            {
                return false;
            }
        }

        declarations = read.ToImmutable();
        return true;
    }

    /// <summary>Whether a contract may have this name.</summary>
    public static bool IsName(string name) =>
        name is { Length: > 0 and <= LongestName } && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '_' or '-');

    private static string FormatOne(string name, ContractDeclaration d)
    {
        if (!IsName(name))
        {
            throw new ArgumentException($"'{name}' is not a name for a contract: 1 to {LongestName} of a-z, 0-9, '.', '_' and '-'.", nameof(name));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(d.Ceiling, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(d.Retention, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(d.Retention, TimeSpan.FromMilliseconds(LongestRetention));
        var flags = (d.Manual ? "m" : "") + (d.RetainManually ? "k" : "");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name} {d.Supports.Min} {d.Supports.Max} {d.Ceiling} {(flags.Length == 0 ? "-" : flags)} {(long)Math.Ceiling(d.Retention.TotalMilliseconds)}");
    }

    private static bool Number(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
