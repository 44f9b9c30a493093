namespace Graceful.Benchmarks;

/// <summary>One start of the application.</summary>
/// <param name="Milliseconds">From before the process was created to the first answer.</param>
/// <param name="Processor">Processor time used by then, in milliseconds: other work on the machine disturbs it less.</param>
internal readonly record struct Start(double Milliseconds, double Processor);

/// <summary>Starts every variant once a round, in an order drawn anew, so that each round is a set of pairs.</summary>
internal sealed class StartupSeries
{
    public const string Plain = "plain";
    public const string Control = "plain again";
    public const string Disabled = "disabled";
    public const string Graceful = "graceful";

    private static readonly (string Name, AppVariant Variant)[] Variants =
    [
        (Plain, AppVariant.Plain), (Control, AppVariant.Plain), (Disabled, AppVariant.Disabled), (Graceful, AppVariant.Graceful),
    ];

    private readonly Random _random = new(1);

    public StartupSeries(AppBuild build)
    {
        Build = build;

        // Fills the disk cache.
        foreach (var (_, variant) in Variants)
        {
            Measure(variant);
        }
    }

    public AppBuild Build { get; }

    public Dictionary<string, List<Start>> Starts { get; } = Variants.ToDictionary(v => v.Name, _ => new List<Start>());

    public void RunRound()
    {
        var order = Variants.ToArray();
        _random.Shuffle(order);
        foreach (var (name, variant) in order)
        {
            Starts[name].Add(Measure(variant));
        }
    }

    private Start Measure(AppVariant variant)
    {
        using var server = ServerProcess.Start(Build, variant, quiet: false);
        var took = server.WaitForFirstAnswer();
        return new Start(took.TotalMilliseconds, server.Used.TotalMilliseconds);
    }
}
