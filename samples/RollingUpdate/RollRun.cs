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
        await using var gateway = GatewayFactory.Create(settings.Gateway, certificate, workspace);
        await using var fleet = new ShopFleet(binaries, certificate, graceful, settings.Instances);
        using var watch = view.Watch(new RunStatus(graceful, settings, gateway.Name, clock, fleet, ledger));

        var old = await StartOldAsync(fleet, gateway, cancellationToken);
        using var load = new LoadGenerator(settings.Load, gateway.Endpoints, certificate, ledger);
        var startedAt = DateTimeOffset.Now;
        clock.Begin();
        load.Start();
        view.Say($"load on: {settings.Load.Rate} requests/s for at least {settings.Duration.TotalSeconds:0} s");
        RollTimes roll;
        LedgerSnapshot before, after;
        try
        {
            await Task.Delay(settings.Before, cancellationToken);
            before = ledger.Snapshot();
            roll = await new Rollout(fleet, gateway, clock, view).RunAsync(old, cancellationToken);
            view.Say($"the roll is over, after {roll.Seconds:0.0} s");

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
        return Result(graceful, startedAt, gateway, fleet, ledger, clock, roll, before, after);
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
                i.Exited.IsCompletedSuccessfully ? i.Exited.Result : null,
                end.ByInstance.GetValueOrDefault(i.Address.Name),
                i.Timeline(clock),
                i.Drain))],
            OldServedBefore = V1(before) > 0 && V2(before) == 0,
            NewServedAfter = V1(end) == V1(after) && V2(end) > V2(after),
        };
    }

    private static int V1(LedgerSnapshot snapshot) => snapshot.Seconds.Sum(s => s.V1);

    private static int V2(LedgerSnapshot snapshot) => snapshot.Seconds.Sum(s => s.V2);
}
