using System.Diagnostics;
using System.Net;

namespace Graceful.RollingUpdate;

/// <summary>One process of Shop: started, watched, ended by a real SIGTERM.</summary>
internal sealed class ShopInstance : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private readonly ChildProcess _process;
    private readonly Lock _lock = new();
    private readonly List<(string Phase, long At)> _phases = [(InstancePhases.Starting, Stopwatch.GetTimestamp())];
    private readonly ReadinessProbe _probe;
    private readonly TaskCompletionSource<DrainSummary> _drain = new();

    public ShopInstance(ShopAddress address, string program, IReadOnlyDictionary<string, string?> environment)
    {
        Address = address;
        _probe = new ReadinessProbe(address);
        var isAssembly = program.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        string[] contentRoot = ["--contentRoot", Path.GetDirectoryName(program)!];
        _process = ChildProcess.Start(
            isAssembly ? "dotnet" : program, isAssembly ? [program, .. contentRoot] : contentRoot, environment, ReadLine);
        Exited = WatchExitAsync();
    }

    public ShopAddress Address { get; }

    public int ProcessId => _process.Id;

    public Task<int> Exited { get; }

    public DrainSummary? Drain => _drain.Task.IsCompletedSuccessfully ? _drain.Task.Result : null;

    public string LastOutput => _process.LastOutput;

    /// <summary>What the instance last said of itself, for the live table.</summary>
    public InstanceDetail Detail { get; private set; } = new(null, null, null);

    /// <summary>Whether the fleet does not let it in: its data could not be read.</summary>
    public bool IsRefused => Detail.Standing == "Incompatible";

    /// <summary>Whether it was sent away, as opposed to those that still serve at the end.</summary>
    public bool IsReplaced { get; private set; }

    public string Phase
    {
        get
        {
            lock (_lock)
            {
                return _phases[^1].Phase;
            }
        }
    }

    public async Task WaitReadyAsync(CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (await _probe.StatusAsync(cancellationToken) != HttpStatusCode.OK)
        {
            await ThrowIfLateAsync(begun, "not ready");
            await Task.Delay(50, cancellationToken);
        }

        Enter(InstancePhases.Ready);
    }

    /// <summary>Ends when the fleet has refused it; false when it became ready instead.</summary>
    public async Task<bool> WaitRefusedAsync(CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            await RefreshDetailAsync(cancellationToken);
            if (IsRefused)
            {
                return true;
            }

            if (await _probe.StatusAsync(cancellationToken) == HttpStatusCode.OK)
            {
                Enter(InstancePhases.Ready);
                return false;
            }

            await ThrowIfLateAsync(begun, "neither ready nor refused");
            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>What it answers, on whichever port; null when it does not.</summary>
    public Task<HttpStatusCode?> AskAsync(Uri page, CancellationToken cancellationToken) => _probe.StatusAsync(page, cancellationToken);

    /// <summary>For the record.</summary>
    public void EnterRefused() => Enter(InstancePhases.Refused);

    public void Terminate()
    {
        IsReplaced = true;

        // Written down before it is sent: the answer may be there before the call returns.
        Enter(InstancePhases.Terminating);
        if (!OperatingSystem.IsWindows())
        {
            _process.Signal(ProcessSignal.Term);
        }
    }

    /// <summary>Asks the instance for its connections and requests; keeps the last answer when there is none.</summary>
    public async Task RefreshDetailAsync(CancellationToken cancellationToken)
    {
        if (!Exited.IsCompleted && await _probe.DetailAsync(cancellationToken) is { } detail)
        {
            Detail = detail;
        }
    }

    /// <summary>The phases so far. Between SIGTERM and exit they are placed by the instance's own report, once there is one.</summary>
    public IReadOnlyList<PhaseSpan> Timeline(RunClock clock)
    {
        lock (_lock)
        {
            var spans = _phases.Select((p, i) => new PhaseSpan(
                p.Phase, clock.At(p.At), i + 1 < _phases.Count ? clock.At(_phases[i + 1].At) : null)).ToList();
            var leaving = spans.FindIndex(s => s.Phase == InstancePhases.Terminating);
            if (leaving >= 0 && Drain is { } drain)
            {
                spans.RemoveAt(leaving);
                spans.InsertRange(leaving, InstancePhases.FromReport(clock.At(_phases[leaving].At), drain, clock.At(_phases[^1].At)));
            }

            return spans;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _probe.Dispose();
    }

    private async Task ThrowIfLateAsync(long begun, string what)
    {
        if (Exited.IsCompleted)
        {
            throw new RollFailedException($"{Address.Name} exited with {await Exited} while starting. Its last words:\n{LastOutput}");
        }

        if (Stopwatch.GetElapsedTime(begun) > StartLimit)
        {
            throw new RollFailedException($"{Address.Name} was {what} within {StartLimit.TotalSeconds:0} s. Its last words:\n{LastOutput}");
        }
    }

    private void ReadLine(string line)
    {
        if (DrainSummary.TryParse(line) is { } summary)
        {
            _drain.TrySetResult(summary);
        }
    }

    private async Task<int> WatchExitAsync()
    {
        var code = await _process.Exited;
        Enter(InstancePhases.Exited);
        return code;
    }

    private void Enter(string phase)
    {
        lock (_lock)
        {
            _phases.Add((phase, Stopwatch.GetTimestamp()));
        }
    }
}
