using System.Globalization;
using System.Net;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Fleet;

/// <summary>A process of the scenario "fleet", and what it tells of itself.</summary>
internal sealed class FleetMemberProcess
{
    public FleetMemberProcess(AppProcess app, string range)
    {
        var ends = range.Split('-');
        App = app;
        (Min, Max) = (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[1], CultureInfo.InvariantCulture));
    }

    public AppProcess App { get; }

    public int Min { get; }

    public int Max { get; }

    public string? Id => Of("member").FirstOrDefault()?[1];

    /// <summary>When it was frozen, if ever (µs). What it had begun by then is the one thing that nothing can hold back.</summary>
    public long? FrozenAt { get; private set; }

    /// <summary>How it stands, and since when (µs).</summary>
    public (string Standing, long Since, string Reason) Now => Standings.LastOrDefault(("", 0, ""));

    public IReadOnlyList<(string Standing, long Since, string Reason)> Standings =>
        [.. Of("standing").Select(e => (e[1], long.Parse(e[2], CultureInfo.InvariantCulture), string.Join(' ', e.Skip(3))))];

    /// <summary>What it knew, epoch by epoch.</summary>
    public IReadOnlyList<KnownLevels> Levels =>
        [.. Of("levels").Where(e => e[1] != "0").Select(e => new KnownLevels(long.Parse(e[1], CultureInfo.InvariantCulture), Number(e[2]), Number(e[3]), Number(e[4]), e[5]))];

    public bool Supports(int level) => level >= Min && level <= Max;

    public void Freeze()
    {
        App.Signal(Signals.Stop);
        FrozenAt = FleetRecord.Now;
    }

    public void Wake() => App.Signal(Signals.Cont);

    public Task StandsAsync(string standing) => UntilAsync(() => Now.Standing == standing, $"does not become {standing}");

    /// <summary>Stands so again, or still, after that moment (µs).</summary>
    public Task StoodAsync(string standing, long after) =>
        UntilAsync(() => Standings.Any(s => s.Standing == standing && s.Since > after), $"does not become {standing}");

    public Task KnowsAsync(Func<KnownLevels, bool> what, string otherwise) => UntilAsync(() => Levels.Any(what), otherwise);

    /// <summary>Alive all the time, and ready or not.</summary>
    public async Task AnswersAsync(HttpStatusCode readiness)
    {
        await Poll.UntilAsync(async () => await App.ProbeAsync("/readyz") == readiness, () => $"/readyz does not answer {readiness}. {Now}");
        Assert.Equal(HttpStatusCode.OK, await App.ProbeAsync("/livez"));
    }

    /// <summary>Why it is not ready, as an operator reads it.</summary>
    public async Task<string?> ReasonAsync()
    {
        using var detail = await App.DetailAsync();
        return detail.RootElement.GetProperty("reason").GetString();
    }

    public async Task UntilReasonAsync(string begin)
    {
        string? reason = null;
        await Poll.UntilAsync(
            async () => (reason = await ReasonAsync())?.StartsWith(begin, StringComparison.Ordinal) == true, () => $"The reason is '{reason}', and not '{begin}…'.");
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private IEnumerable<string[]> Of(string name) => App.Output.Events.Select(e => e.Split(' ')).Where(e => e[0] == name);

    private Task UntilAsync(Func<bool> condition, string otherwise) =>
        Poll.UntilAsync(condition, () => $"The member {otherwise}. Its output:\n{App.Output.Text}\n{App.Errors.Text}");
}

/// <summary>The state of the contract, as a member knew it.</summary>
internal sealed record KnownLevels(long Epoch, int Active, int Low, int High, string Mode);
