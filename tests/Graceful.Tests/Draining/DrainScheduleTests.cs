using CsCheck;

namespace Graceful.Tests;

/// <summary>
/// What holds for every drain, whatever arrives, whoever asks, however badly participants behave: thousands of random lives. A failure
/// prints the smallest schedule found and a seed for <c>CsCheck_Seed</c>.
/// </summary>
public class DrainScheduleTests
{
    /// <summary>At least; <c>CsCheck_Iter</c> in the environment asks for more.</summary>
    private const long Schedules = 2000;

    /// <summary>Polling, and a step of the clock.</summary>
    private static readonly TimeSpan Tolerance = 2 * TestClock.Step;

    [Fact]
    public Task Drain_AnySchedule_KeepsItsPromises() => TestClock.OnOwnThread(() =>
        DrainSchedule.Any.Sample(Live, iter: Math.Max(Schedules, Check.Iter), threads: 1, print: s => $"\n{s}\n"));

    private static void Live(DrainSchedule schedule)
    {
        using var run = new DrainScheduleRun(schedule);
        run.Run();
        var journal = string.Join("\n  ", run.Kit.Journal.Lines);
        var broken = Promises(schedule, run).Where(p => !p.Kept).Select(p => p.Promise).ToList();
        Assert.True(broken.Count == 0, $"Broken: {string.Join("; ", broken)}\n  {journal}\n  {run.Kit.Coordinator.Report}");
    }

    private static IEnumerable<(bool Kept, string Promise)> Promises(DrainSchedule schedule, DrainScheduleRun run) =>
        run.Ended && run.Kit.Coordinator.Report is not null
            ? [.. Ending(run), .. Flushing(run), .. LameDuck(schedule, run), .. Cutting(run), .. Reporting(run)]
            : [(false, "it ends")];

    private static IEnumerable<(bool Kept, string Promise)> Ending(DrainScheduleRun run)
    {
        var kit = run.Kit;
        var report = kit.Report;
        yield return (run.Phases.SequenceEqual(run.Phases.Distinct().Order()), "the phase only goes forward");
        yield return (kit.Lifecycle.Phase == InstancePhase.Stopped, "the last phase is Stopped");
        yield return (kit.Stops <= 1, "the host is stopped once");
        yield return (kit.Stops == 1 || (run.HostWasStoppedDirectly && !run.StopWasAskedInTime), "the host is stopped");
        yield return (run.StopFaults.Count == 0, "the host is stopped when drain and flush have ended");
        yield return (kit.Journal.Count("BeginDrain") == 1, "one drain");
        yield return (report.Total <= kit.Options.Budget + Tolerance, "the budget is kept");
        yield return (report.Total + report.UnusedBudget == kit.Options.Budget, "what is left is what was not used");
        yield return (run.ThirdSignal is not null || kit.Journal.At("phase Flushing") >= run.DrainEnds || run.RunningAtFlush == 0, "nothing runs when the flush begins in time");
        yield return (run.ThirdSignal is not null || run.Answers.All(a => a.At >= run.DrainEnds || a.Running == 0), "DrainAsync answers when nothing runs");
    }

    private static IEnumerable<(bool Kept, string Promise)> Flushing(DrainScheduleRun run)
    {
        foreach (var participant in run.Kit.Participants)
        {
            yield return (participant.Runs == 1, $"{participant.Name} runs once");
            yield return (participant.HadLiveToken == true || run.ThirdSignal is not null, $"{participant.Name} gets a live token");
        }
    }

    private static IEnumerable<(bool Kept, string Promise)> LameDuck(DrainSchedule schedule, DrainScheduleRun run)
    {
        var options = run.Kit.Options;
        var report = run.Kit.Report;
        var happens = schedule is { Phase: InstancePhase.Ready, Active: true, Propagation: > 0 };
        yield return (happens || (report.LameDuck == TimeSpan.Zero && run.Kit.Journal.Count("BeginLameDuck") == 0), "no lame duck where nobody routes");
        if (!happens || run.SecondSignal - run.Began <= report.LameDuck)
        {
            yield break;
        }

        yield return (report.EarlyExit || report.LameDuck >= options.PropagationDelay, "the lame duck lasts for the propagation delay");
        yield return (report.LameDuck <= options.PropagationDelay + Tolerance, "the lame duck is not longer");
        if (report.EarlyExit)
        {
            var decided = run.Kit.Journal.At("CloseIdle");
            var from = run.LastArrivalBeforeCloseIdle > run.Began ? run.LastArrivalBeforeCloseIdle : run.Began!.Value;
            var expected = run.RequestsBefore == 0 ? TimeSpan.Zero : run.Began!.Value * (5.0 / run.RequestsBefore);
            yield return (report.LameDuck >= options.MinimumPropagation, "an early exit respects the minimum");
            yield return (decided - from >= options.QuietPeriod, "an early exit respects the quiet period");
            yield return (decided - from >= expected, "an early exit needs five arrivals that did not come");
        }
    }

    private static IEnumerable<(bool Kept, string Promise)> Cutting(DrainScheduleRun run)
    {
        var journal = run.Kit.Journal;
        var graceEnds = journal.At("BeginDrain") + run.Kit.Options.StreamGrace;
        var streams = graceEnds < run.DrainEnds ? graceEnds : run.DrainEnds;
        yield return (MayCut("AbortStreams", streams), "no stream is cut before its grace has ended");
        yield return (MayCut("AbortAll", run.DrainEnds), "no request is cut before the deadline");

        bool MayCut(string what, TimeSpan from) => journal.Count(what) == 0 || journal.At(what) >= from || journal.At(what) >= run.ThirdSignal;
    }

    private static IEnumerable<(bool Kept, string Promise)> Reporting(DrainScheduleRun run)
    {
        var report = run.Kit.Report;
        yield return (report.Reason is "SIGTERM" or "StopApplication" or "preStop" or "host.StopAsync", "the reason is that of who asked");
        yield return (report.LateArrivals == run.LateArrivals, $"late arrivals are counted ({run.LateArrivals})");
        yield return (report.LameDuck + report.Draining + report.Flushing <= report.Total, "the phases fit the total");
        yield return (!report.IsClean || run.ThirdSignal is not null || run.RunningAtFlush == 0, "what still runs at the flush is told");
        yield return (report.Held.Count(h => h.Outcome == DrainOutcome.Aborted && h.Kind == DrainHolderKind.Stream) <= report.StreamsAborted, "who was cut is counted");
    }
}
