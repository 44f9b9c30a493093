using System.Globalization;

namespace Graceful.Benchmarks;

internal enum Verdict
{
    None = -1,
    Held = 0,
    Undecided = 1,
    Missed = 2,
}

/// <summary>One line of the result: both sides, the target, and what became of it.</summary>
internal sealed record SessionFinding(string Name, string BuiltIn, string Graceful, string Compared, string Target, Verdict Verdict)
{
    public static readonly string[] Head = ["", "built-in", "Graceful", "Graceful is better by", "target", ""];

    /// <summary>A ratio of the two sides that is to reach a target, by the interval of its median.</summary>
    public static SessionFinding OfRatio(string name, string builtIn, string graceful, Interval ratio, double target, string word) => new(
        name,
        builtIn,
        graceful,
        Text(ratio),
        string.Create(CultureInfo.InvariantCulture, $"≥ {target:0.##} × {word}"),
        ratio.Lower >= target ? Verdict.Held : ratio.Upper < target ? Verdict.Missed : Verdict.Undecided);

    /// <summary>A fact that is as it is to be, or not.</summary>
    public static SessionFinding OfFact(string name, string builtIn, string graceful, string target, bool isHeld) =>
        new(name, builtIn, graceful, "", target, isHeld ? Verdict.Held : Verdict.Missed);

    public static SessionFinding WithoutTarget(string name, string builtIn, string graceful, string compared = "") => new(name, builtIn, graceful, compared, "", Verdict.None);

    public static string Text(Interval ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:0.00} ({ratio.Lower:0.00} … {ratio.Upper:0.00})");

    public string[] ToRow() => [Name, BuiltIn, Graceful, Compared, Target, Verdict switch { Verdict.None => "", Verdict.Held => "HELD", Verdict.Missed => "**MISSED**", _ => "undecided" }];
}
