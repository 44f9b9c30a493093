using System.Collections.Immutable;
using System.Globalization;

namespace Graceful;

/// <summary>
/// What a build declares, as one line of text: equal for all instances of a build, short, and readable by a store's script.
/// <code>
///   profile   = contract *( ";" contract )            sorted by name; empty when nothing is declared
///   contract  = name SP min SP max SP ceiling SP flags SP retention
///   name      = 1*64( a-z 0-9 . _ - )
///   flags     = "-" or any of m (manual activation), k (kept until an operator says that it is gone)
///   retention = whole milliseconds
/// </code>
/// </summary>
public static class ContractProfile
{
    private const int LongestName = 64;

    /// <summary>Writes a profile.</summary>
    /// <exception cref="ArgumentException">A name is empty, too long, or holds a character that a name may not.</exception>
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
        var declarations = ImmutableSortedDictionary.CreateBuilder<string, ContractDeclaration>(StringComparer.Ordinal);
        foreach (var contract in profile.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = contract.Split(' ');
            if (parts.Length != 6 || !IsName(parts[0]) || !Number(parts[1], out var min) || !Number(parts[2], out var max) || max < min
                || !Number(parts[3], out var ceiling) || !long.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out var retention)
                || !declarations.TryAdd(parts[0], new ContractDeclaration(
                    new LevelRange(min, max), ceiling, parts[4].Contains('m', StringComparison.Ordinal), TimeSpan.FromMilliseconds(retention), parts[4].Contains('k', StringComparison.Ordinal))))
            {
                throw new FormatException($"'{contract}' is not a contract of a profile.");
            }
        }

        return declarations.ToImmutable();
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

        var flags = (d.Manual ? "m" : "") + (d.RetainManually ? "k" : "");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name} {d.Supports.Min} {d.Supports.Max} {d.Ceiling} {(flags.Length == 0 ? "-" : flags)} {(long)d.Retention.TotalMilliseconds}");
    }

    private static bool Number(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
