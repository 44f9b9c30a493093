namespace Graceful.Benchmarks;

/// <summary>One number of each side, round after round, in turns: what the machine does besides strikes both.</summary>
internal sealed record PairedRounds(IReadOnlyList<double> BuiltIn, IReadOnlyList<double> Graceful)
{
    public double MedianBuiltIn => Interval.Of(BuiltIn).Median;

    public double MedianGraceful => Interval.Of(Graceful).Median;

    /// <summary>By how much Graceful's number is smaller, of each round.</summary>
    public Interval Saved => Interval.Of([.. BuiltIn.Zip(Graceful, (b, g) => b / g)]);

    /// <summary>By how much it is larger.</summary>
    public Interval Gained => Interval.Of([.. BuiltIn.Zip(Graceful, (b, g) => g / b)]);

    public static async Task<PairedRounds> TakeAsync(int rounds, Func<Task<double>> builtInAsync, Func<Task<double>> gracefulAsync)
    {
        var (builtIn, graceful) = (new double[rounds], new double[rounds]);
        for (var i = 0; i < rounds; i++)
        {
            // A/B/B/A: neither is always the one after.
            if (i % 2 == 0)
            {
                builtIn[i] = await builtInAsync();
                graceful[i] = await gracefulAsync();
            }
            else
            {
                graceful[i] = await gracefulAsync();
                builtIn[i] = await builtInAsync();
            }
        }

        return new PairedRounds(builtIn, graceful);
    }
}
