using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Tests;

/// <summary>What a result of a check means for readiness.</summary>
public sealed class CheckClassTests : IDisposable
{
    private readonly ProbeKit _kit = new();

    [Theory]
    [InlineData(DependencyClass.Local, HealthStatus.Healthy, true, "Healthy")]
    [InlineData(DependencyClass.Local, HealthStatus.Degraded, true, "Degraded")]
    [InlineData(DependencyClass.Local, HealthStatus.Unhealthy, false, "Unhealthy")]
    [InlineData(DependencyClass.Shared, HealthStatus.Healthy, true, "Healthy")]
    [InlineData(DependencyClass.Shared, HealthStatus.Degraded, true, "Degraded")]
    [InlineData(DependencyClass.Shared, HealthStatus.Unhealthy, true, "Degraded")]
    [InlineData(DependencyClass.Optional, HealthStatus.Unhealthy, true, "Degraded")]
    public async Task Readiness_ByClassAndStatus(DependencyClass of, HealthStatus status, bool ready, string shown)
    {
        _kit.Add("db", status);
        _kit.Is("db", of);

        await _kit.ReadyAsync();

        Assert.Equal(ready ? null : "check 'db' is unhealthy", _kit.Reason());
        Assert.Equal((shown, of), (_kit.Detail("db").Status, _kit.Detail("db").Class));
    }

    [Fact]
    public async Task Readiness_ACheckWithoutASetting_IsLocal()
    {
        _kit.Add("db", HealthStatus.Unhealthy);

        await _kit.ReadyAsync();

        Assert.NotNull(_kit.Reason());
    }

    [Fact]
    public async Task Class_TheNameIsWrittenInAnotherCase_IsTheSame()
    {
        _kit.Add("Redis", HealthStatus.Unhealthy);
        _kit.Is("redis", DependencyClass.Shared);

        await _kit.ReadyAsync();

        Assert.Null(_kit.Reason());
    }

    [Theory]
    [InlineData(DependencyClass.Local)]
    [InlineData(DependencyClass.Shared)]
    [InlineData(DependencyClass.Optional)]
    public async Task Readiness_ACheckHasNotRunYet_IsNotReadyWhateverItsClass(DependencyClass of)
    {
        var answer = new TaskCompletionSource<HealthCheckResult>();
        _kit.Add("db", _ => answer.Task);
        _kit.Is("db", of);
        await _kit.ReadyAsync();
        Assert.Equal("check 'db' has not run yet", _kit.Reason());
        Assert.Equal("Unknown", _kit.Detail("db").Status);

        answer.SetResult(HealthCheckResult.Healthy());
        await _kit.Clock.SettleAsync();

        Assert.Null(_kit.Reason());
    }

    [Fact]
    public async Task Readiness_TheFirstOfSeveralFaults_IsTheReason()
    {
        _kit.Add("fine", HealthStatus.Healthy);
        _kit.Add("db", HealthStatus.Unhealthy);
        _kit.Add("disk", HealthStatus.Unhealthy);

        await _kit.ReadyAsync();

        Assert.Equal("check 'db' is unhealthy", _kit.Reason());
        Assert.Equal(["fine", "db", "disk"], _kit.Probes.GetDetail(ProbeKind.Readiness).Checks.Select(c => c.Name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Detail_ACheckThrows_ItsTextIsShownOnlyWhenAskedFor(bool includeErrors)
    {
        _kit.Options.IncludeErrors = includeErrors;
        _kit.Add("db", _ => throw new InvalidOperationException("password=secret"));

        await _kit.ReadyAsync();

        var detail = _kit.Detail("db");
        Assert.Equal("Unhealthy", detail.Status);
        Assert.Equal(includeErrors ? "password=secret" : null, detail.Error);
        Assert.Equal(includeErrors, detail.ToString().Contains("secret", StringComparison.Ordinal));
        Assert.DoesNotContain("secret", _kit.Reason(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detail_ACheckSaysUnhealthyWithAnException_ItsTextIsHidden()
    {
        _kit.Add("db", _ => Task.FromResult(HealthCheckResult.Unhealthy("no answer", new InvalidOperationException("password=secret"))));

        await _kit.ReadyAsync();

        Assert.Null(_kit.Detail("db").Error);
    }

    [Fact]
    public async Task Detail_OfACheck_HasItsWordsItsAgeAndItsDuration()
    {
        _kit.Add("db", HealthStatus.Healthy);
        await _kit.ReadyAsync();

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(("all is said", TimeSpan.FromSeconds(2)), (_kit.Detail("db").Description, _kit.Detail("db").Age));
    }

    [Fact]
    public async Task Detail_HasThePhaseAndWhatIsOpen()
    {
        await _kit.ReadyAsync();
        _kit.Traffic.BeginRequest();
        _kit.Traffic.OpenConnection();

        var detail = _kit.Probes.GetDetail(ProbeKind.Readiness);

        Assert.Equal(InstancePhase.Ready, detail.Phase);
        Assert.Equal((1, 0, 1), (detail.Traffic.Requests, detail.Traffic.Streams, detail.Traffic.Connections));
    }

    public void Dispose() => _kit.Dispose();
}
