using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Graceful.RollingUpdate;

/// <summary>Asks a program for its version.</summary>
internal static partial class ProgramVersion
{
    public static string Of(string program, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        var match = Number().Match(text);
        return match.Success ? match.Value : "unknown";
    }

    [GeneratedRegex(@"\d+\.\d+\.\d+")]
    private static partial Regex Number();
}
