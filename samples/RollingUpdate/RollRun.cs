using System.Diagnostics;

namespace Graceful.RollingUpdate;

/// <summary>One side of a run: fleet up, gateway up, load on, roll, load off, everything gone.</summary>
internal sealed class RollRun(RollSettings settings, ShopBinaries binaries, IRunView view)
{
    public async Task<RollResult> RunAsync(bool graceful, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new RollFailedException("this sample sends SIGTERM, which Windows does not have: run it on Linux or macOS, or in WSL.");
        }

        using var workspace = new Workspace();
        using var certificate = new ShopCertificate(workspace);
        var clock = new RunClock();
        var ledger = new Ledger(clock);
        var journals = new Journals(workspace);

        // The library switched off has no fleet, but sessions.
        await using var store = await RunStores.StartAsync(settings.Redis, cancellationToken);
        await using var gateway = GatewayFactory.Create(settings.Gateway, certificate, workspace);
        await using var fleet = new ShopFleet(binaries, certificate, graceful, store, journals, settings);
        using var watch = view.Watch(new RunStatus(graceful, settings, gateway.Name, clock, fleet, ledger));

        view.Say($"{(graceful ? "fleet and sessions are" : "sessions are")} kept in {store.Name}");
        await using var handshake = graceful ? new HandshakeWatch(fleet, clock, view) : null;
        var old = await StartOldAsync(fleet, gateway, cancellationToken);
        using var load = new LoadGenerator(settings.Load, gateway.Endpoints, certificate, ledger);
        var startedAt = DateTimeOffset.Now;
        clock.Begin();
        load.Start();
        view.Say($"load on: {settings.Load.Rate} requests/s for at least {settings.Duration.TotalSeconds:0} s");
        RolloutOutcome outcome;
        LedgerSnapshot before, after;
        try
        {
            await Task.Delay(settings.Before, cancellationToken);
            before = await FirstAnswersAsync(ledger, cancellationToken);
            outcome = await Rollout(fleet, gateway, clock).RunAsync(old, cancellationToken);
            view.Say($"the roll is over, after {outcome.Times.Seconds:0.0} s");

            // What the old instances answered last may still be on its way through a gateway; a second later nothing is.
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            after = ledger.Snapshot();
            var rest = Math.Max(settings.Duration.TotalSeconds - clock.Now, settings.After.TotalSeconds - 1);
            await Task.Delay(TimeSpan.FromSeconds(rest), cancellationToken);
        }
        finally
        {
            await load.StopAsync();
        }

        view.Say("load off");
        return Result(graceful, startedAt, gateway, fleet, ledger, clock, outcome.Times, before, after) with
        {
            Handshake = handshake?.Result(store, outcome.Refusal, journals),
        };
    }

    /// <summary>On a busy machine the first answers take their time; a roll before there is any would show nothing.</summary>
    private static async Task<LedgerSnapshot> FirstAnswersAsync(Ledger ledger, CancellationToken cancellationToken)
    {
        var until = Stopwatch.GetTimestamp() + (30 * Stopwatch.Frequency);
        while (true)
        {
            var snapshot = ledger.Snapshot();
            if (V1(snapshot) > 0 || Stopwatch.GetTimestamp() > until)
            {
                return snapshot;
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    private IRollout Rollout(ShopFleet fleet, IGateway gateway, RunClock clock)
    {
        var steps = new RolloutSteps(fleet, gateway, clock, view);
        return settings.Scenario switch
        {
            RollSettings.IncompatibleScenario => new RefusedRollout(fleet, steps, clock, view),
            RollSettings.RollbackScenario => new TurnedBackRollout(fleet, steps, clock, view),
            _ => new Rollout(fleet, steps, clock),
        };
    }

    private async Task<IReadOnlyList<ShopInstance>> StartOldAsync(ShopFleet fleet, IGateway gateway, CancellationToken cancellationToken)
    {
        view.Say($"{fleet.Old.Count} instances of v1 start");
        var old = fleet.Old.Select(fleet.Start).ToList();
        await Task.WhenAll(old.Select(instance => instance.WaitReadyAsync(cancellationToken)));
        view.Say($"{gateway.Name} starts");
        await gateway.StartAsync(fleet.Old, fleet.New, cancellationToken);
        return old;
    }

    private RollResult Result(
        bool graceful,
        DateTimeOffset startedAt,
        IGateway gateway,
        ShopFleet fleet,
        Ledger ledger,
        RunClock clock,
        RollTimes roll,
        LedgerSnapshot before,
        LedgerSnapshot after)
    {
        var end = ledger.Snapshot();

        // The first second and a half is for the compilers: neither steady nor part of the roll.
        var latencies = ledger.Latencies().Where(l => l.At > 1.5).ToLookup(l => l.At >= roll.Begun && l.At <= roll.Ended + 1);
        return new RollResult
        {
            Graceful = graceful,
            Scenario = settings.Scenario,
            Way = settings.Way,
            Last = settings.Last,
            Gateway = gateway.Name,
            GatewayVersion = gateway.Version,
            Instances = settings.Instances,
            Rate = settings.Load.Rate,
            StartedAt = startedAt,
            LoadSeconds = Math.Round(clock.Now, 3),
            Roll = roll,
            Count = end,
            LatencySteady = Latencies.Of(latencies[false]),
            LatencyDuringRoll = Latencies.Of(latencies[true]),
            Fleet = [.. fleet.Instances.Select(i => new InstanceResult(
                i.Address.Name,
                i.Address.Version,
                i.IsReplaced,
                i.Exited.IsCompletedSuccessfully ? i.Exited.Result : null,
                end.ByInstance.GetValueOrDefault(i.Address.Name),
                i.Timeline(clock),
                i.Drain))],
            OldServedBefore = V1(before) > 0 && V2(before) == 0,
            LastServedAfter = settings.Last == ShopVersion.V1
                ? V2(end) == V2(after) && V1(end) > V1(after)
                : V1(end) == V1(after) && V2(end) > V2(after),
        };
    }

    private static int V1(LedgerSnapshot snapshot) => snapshot.Seconds.Sum(s => s.V1);

    private static int V2(LedgerSnapshot snapshot) => snapshot.Seconds.Sum(s => s.V2);
}
