namespace Graceful.Benchmarks;

/// <summary>The median of a sample, with the interval that resampling gives it.</summary>
internal readonly record struct Interval(double Median, double Lower, double Upper)
{
    private const int Resamples = 10_000;
    private const int Seed = 20_250_101;

    /// <summary>Percentile bootstrap, 95 %. The seed is fixed: the same samples give the same interval.</summary>
    public static Interval Of(IReadOnlyList<double> samples)
    {
        var random = new Random(Seed);
        var medians = new double[Resamples];
        var draw = new double[samples.Count];
        for (var i = 0; i < Resamples; i++)
        {
            for (var j = 0; j < draw.Length; j++)
            {
                draw[j] = samples[random.Next(samples.Count)];
            }

            Array.Sort(draw);
            medians[i] = MiddleOf(draw);
        }

        Array.Sort(medians);
        return new Interval(MiddleOf([.. samples.Order()]), medians[(int)(Resamples * 0.025)], medians[(int)(Resamples * 0.975)]);
    }

    private static double MiddleOf(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
