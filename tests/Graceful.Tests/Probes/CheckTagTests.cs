using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Tests;

/// <summary>Which probe a check belongs to.</summary>
public sealed class CheckTagTests : IDisposable
{
    private readonly ProbeKit _kit = new();

    [Theory]
    [InlineData("", false, true, false)]
    [InlineData("sql", false, true, false)]
    [InlineData("ready", false, true, false)]
    [InlineData("live", false, false, true)]
    [InlineData("startup", true, false, false)]
    [InlineData("live,ready", false, true, true)]
    [InlineData("startup,live,ready", true, true, true)]
    [InlineData("startup,sql", true, false, false)]
    public async Task Check_ByItsTags_BelongsToTheProbes(string tags, bool startup, bool readiness, bool liveness)
    {
        _kit.Add("check", HealthStatus.Unhealthy, tags.Split(',', StringSplitOptions.RemoveEmptyEntries));
        await _kit.ReadyAsync();

        Assert.Equal(startup, Holds(ProbeKind.Startup));
        Assert.Equal(readiness, Holds(ProbeKind.Readiness));
        Assert.Equal(liveness, Holds(ProbeKind.Liveness));
    }

    [Fact]
    public void ProbeTags_AreWhatOthersUseToo() => Assert.Equal(("startup", "ready", "live"), (ProbeTags.Startup, ProbeTags.Readiness, ProbeTags.Liveness));

    public void Dispose() => _kit.Dispose();

    private bool Holds(ProbeKind kind)
    {
        var failing = _kit.Reason(kind) is not null;
        Assert.Equal(failing, _kit.Probes.GetDetail(kind).Checks.Any(c => c.Name == "check"));
        return failing;
    }
}
