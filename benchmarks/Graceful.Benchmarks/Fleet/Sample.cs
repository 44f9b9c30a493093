using System.Diagnostics;
using System.Globalization;

namespace Graceful.Benchmarks;

/// <summary>Times of one thing, from many threads.</summary>
internal sealed class Sample
{
    private readonly Lock _lock = new();
    private readonly List<double> _microseconds = [];
    private double[]? _sorted;

    public int Count => _microseconds.Count;

    public void AddSince(long timestamp) => Add(Stopwatch.GetElapsedTime(timestamp).TotalMicroseconds);

    public void Add(double microseconds)
    {
        lock (_lock)
        {
            _microseconds.Add(microseconds);
            _sorted = null;
        }
    }

    /// <summary>The smallest time that <paramref name="share"/> of all do not exceed, in µs; NaN when there is none.</summary>
    public double Percentile(double share)
    {
        lock (_lock)
        {
            _sorted ??= [.. _microseconds.Order()];
            return _sorted.Length == 0 ? double.NaN : _sorted[Math.Clamp((int)Math.Ceiling(share * _sorted.Length) - 1, 0, _sorted.Length - 1)];
        }
    }

    public string Text(double share) => $"{Percentile(share).ToString("0", CultureInfo.InvariantCulture)} µs";

    public string Milliseconds(double share) => $"{(Percentile(share) / 1000).ToString("0.0", CultureInfo.InvariantCulture)} ms";
}
