namespace Graceful.RollingUpdate;

/// <summary>Where every client writes down what it sent and what became of it. Nothing is forgotten: sent = answered + lost, in the end.</summary>
internal sealed class Ledger(RunClock clock)
{
    /// <summary>How many losses are kept with all they say.</summary>
    public const int KeptSamples = 12;

    private readonly Lock _lock = new();
    private readonly TrafficCount[] _counts = [.. Enum.GetValues<Traffic>().Select(t => new TrafficCount(t))];
    private readonly SortedDictionary<int, SecondCount> _seconds = [];
    private readonly Dictionary<string, int> _causes = [];
    private readonly Dictionary<string, int> _byInstance = [];
    private readonly List<LossSample> _samples = [];
    private readonly List<LatencySample> _latencies = [];
    private readonly CartCount _carts = new();

    public void Sent(Traffic traffic)
    {
        lock (_lock)
        {
            _counts[(int)traffic].Sent++;
        }
    }

    /// <summary>We ended it ourselves, with the load.</summary>
    public void Withdrawn(Traffic traffic)
    {
        lock (_lock)
        {
            _counts[(int)traffic].Sent--;
        }
    }

    /// <param name="traffic">Which client.</param>
    /// <param name="reply">Who answered.</param>
    /// <param name="latency">How long it took, where that says something of the server: null for answers that wait on purpose.</param>
    public void Answered(Traffic traffic, ShopReply reply, TimeSpan? latency = null)
    {
        var now = clock.Now;
        lock (_lock)
        {
            _counts[(int)traffic].Answered++;
            var second = Second(now);
            _ = reply.Version == ShopVersion.V1 ? second.V1++ : second.V2++;
            if (reply.Instance is { } instance)
            {
                _byInstance[instance] = _byInstance.GetValueOrDefault(instance) + 1;
            }

            if (latency is { } took)
            {
                _latencies.Add(new LatencySample(now, (float)took.TotalMilliseconds));
            }
        }
    }

    /// <summary>A stream was opened: an answer, though it does not yet say by whom.</summary>
    public void Opened(Traffic traffic)
    {
        lock (_lock)
        {
            _counts[(int)traffic].Answered++;
            _counts[(int)traffic].StreamsOpened++;
        }
    }

    public void Lost(Traffic traffic, string what, Exception exception)
    {
        var (cause, detail) = LossCause.Of(exception);
        lock (_lock)
        {
            _counts[(int)traffic].Lost++;
            Second(clock.Now).Lost++;
            Note(traffic, what, cause, detail);
        }
    }

    /// <summary>A stream ended as the protocol wants it to.</summary>
    public void EndedCleanly(Traffic traffic)
    {
        lock (_lock)
        {
            _counts[(int)traffic].StreamsEnded++;
        }
    }

    public void Cut(Traffic traffic, string what, Exception exception)
    {
        var (cause, detail) = LossCause.Of(exception);
        lock (_lock)
        {
            _counts[(int)traffic].StreamsCut++;
            Second(clock.Now).Cut++;
            Note(traffic, what, $"stream cut: {cause}", detail);
        }
    }

    /// <summary>One event of a stream; <paramref name="previous"/> is the number of the one before, on whatever connection.</summary>
    public void Event(Traffic traffic, long? previous, long number)
    {
        lock (_lock)
        {
            var count = _counts[(int)traffic];
            count.Events++;
            switch (number - previous)
            {
                case > 1 and var step:
                    count.EventsMissed += (int)step - 1;
                    Note(traffic, "event", "events missed", $"{previous} was followed by {number}");
                    break;
                case < 1:
                    count.EventsRepeated++;
                    break;
            }
        }
    }

    /// <summary>A shopper has looked whether its cart holds what was acknowledged.</summary>
    public void CartChecked(string shopper, CartFinding finding)
    {
        lock (_lock)
        {
            _carts.Add(finding);
            if (finding.Fault is { } fault)
            {
                Second(clock.Now).Lost += finding.Missing;
                Note(Traffic.Cart, shopper, fault.Cause, fault.Detail);
            }
        }
    }

    public LedgerSnapshot Snapshot()
    {
        lock (_lock)
        {
            return new LedgerSnapshot(
                [.. _counts.Select(c => c with { })],
                [.. _seconds.Values.Select(s => s with { })],
                new Dictionary<string, int>(_causes),
                new Dictionary<string, int>(_byInstance),
                [.. _samples],
                _carts with { });
        }
    }

    /// <summary>The latencies of quick requests, once the load has ended.</summary>
    public IReadOnlyList<LatencySample> Latencies()
    {
        lock (_lock)
        {
            return [.. _latencies];
        }
    }

    private void Note(Traffic traffic, string what, string cause, string detail)
    {
        _causes[cause] = _causes.GetValueOrDefault(cause) + 1;
        if (_samples.Count < KeptSamples)
        {
            _samples.Add(new LossSample(clock.Now, traffic, what, cause, detail));
        }
    }

    private SecondCount Second(double now)
    {
        var at = Math.Max(0, (int)now);
        if (!_seconds.TryGetValue(at, out var second))
        {
            _seconds.Add(at, second = new SecondCount(at));
        }

        return second;
    }
}
