using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Graceful.Tests;

/// <summary>Every fault of the section is named: key, value, rule.</summary>
public class ConfigurationTests
{
    [Theory]
    [InlineData("Drain:Budget", "00:00:12", "Graceful:Drain:Budget = 00:00:12 must be at least PropagationDelay + StreamGrace + FlushReserve (00:00:05 + 00:00:05 + 00:00:04 = 00:00:14)")]
    [InlineData("Drain:Budget", "00:00:00", "Graceful:Drain:Budget = 00:00:00 must be longer than 0 and at most 1 day")]
    [InlineData("Drain:Budget", "2.00:00:00", "Graceful:Drain:Budget = 2.00:00:00 must be longer than 0 and at most 1 day")]
    [InlineData("Drain:PropagationDelay", "-00:00:01", "Graceful:Drain:PropagationDelay = -00:00:01 must not be negative and be at most 1 day")]
    [InlineData("Drain:MinimumPropagation", "-00:00:01", "Graceful:Drain:MinimumPropagation = -00:00:01 must not be negative and be at most 1 day")]
    [InlineData("Drain:QuietPeriod", "-00:00:01", "Graceful:Drain:QuietPeriod = -00:00:01 must not be negative and be at most 1 day")]
    [InlineData("Drain:StreamGrace", "-00:00:01", "Graceful:Drain:StreamGrace = -00:00:01 must not be negative and be at most 1 day")]
    [InlineData("Drain:FlushReserve", "-00:00:01", "Graceful:Drain:FlushReserve = -00:00:01 must not be negative and be at most 1 day")]
    [InlineData("Drain:ReadinessFailAfter", "-00:00:01", "Graceful:Drain:ReadinessFailAfter = -00:00:01 must not be negative and be at most 1 day")]
    [InlineData("Drain:Readiness", "Never", "Graceful:Drain:Readiness = 'Never' must be one of FailNow, KeepServing, FailAfter")]
    [InlineData("Drain:Readiness", "1", "Graceful:Drain:Readiness = '1' must be one of FailNow, KeepServing, FailAfter")]
    [InlineData("Connections:MaxAge", "00:00:00", "Graceful:Connections:MaxAge = 00:00:00 must be longer than 0 and at most 1 day")]
    [InlineData("WarmUp:Parallelism", "0", "Graceful:WarmUp:Parallelism = 0 must be at least 1")]
    [InlineData("WarmUp:Parallelism", "many", "Graceful:WarmUp:Parallelism = 'many' must be a whole number")]
    [InlineData("WarmUp:RetryDelay", "00:00:00", "Graceful:WarmUp:RetryDelay = 00:00:00 must be longer than 0 and at most 1 day")]
    [InlineData("WarmUp:MaxRetryDelay", "00:00:00.5", "Graceful:WarmUp:MaxRetryDelay = 00:00:00.5000000 must be at least RetryDelay (00:00:01)")]
    [InlineData("Probes:Port", "65536", "Graceful:Probes:Port = 65536 must be between 1 and 65535, or 0 for none")]
    [InlineData("Probes:Port", "-1", "Graceful:Probes:Port = -1 must be between 1 and 65535, or 0 for none")]
    [InlineData("Probes:RefreshInterval", "00:00:00", "Graceful:Probes:RefreshInterval = 00:00:00 must be longer than 0 and at most 1 day")]
    [InlineData("Probes:Timeout", "-00:00:01", "Graceful:Probes:Timeout = -00:00:01 must be longer than 0 and at most 1 day")]
    [InlineData("Probes:StaleAfter", "00:00:08", "Graceful:Probes:StaleAfter = 00:00:08 must be longer than RefreshInterval + Timeout (00:00:05 + 00:00:03), or a result is stale before the next can come")]
    [InlineData("Probes:Liveness:CheckInterval", "00:00:00", "Graceful:Probes:Liveness:CheckInterval = 00:00:00 must be longer than 0 and at most 1 day")]
    [InlineData("Probes:Liveness:ThreadPoolLag", "00:00:00", "Graceful:Probes:Liveness:ThreadPoolLag = 00:00:00 must be longer than 0 and at most 1 day")]
    [InlineData("Probes:ReadinessFile", "ready", "Graceful:Probes:ReadinessFile = 'ready' must be an absolute path")]
    [InlineData("Probes:Drain:Token", "hunter2", "Graceful:Probes:Drain:Token (not shown) must have at least 16 characters")]
    [InlineData("Probes:Drain:AllowedNetworks:0", "10.0.0.0", "Graceful:Probes:Drain:AllowedNetworks = '10.0.0.0' must be a network in CIDR form, such as 10.0.0.0/8")]
    [InlineData("Probes:Drain:AllowedNetworks", "10.0.0.0", "Graceful:Probes:Drain:AllowedNetworks = '10.0.0.0' must be a network in CIDR form, such as 10.0.0.0/8")]
    [InlineData("Probes:Checks:db:Class", "Shared", "Graceful:Probes:Checks:db names no registered health check; registered: cache")]
    [InlineData("Probes:Checks:cache:Class", "0", "Graceful:Probes:Checks:cache:Class = '0' must be one of Local, Shared, Optional")]
    [InlineData("Probes:Checks:cache:Kind", "Shared", "Graceful:Probes:Checks:cache:Kind is not a setting; known here: Class")]
    [InlineData("Probes:Checks:cache", "Shared", "Graceful:Probes:Checks:cache = 'Shared' must be a section of settings, not a value")]
    [InlineData("Probes:VerboseFromAnywhere", "yes", "Graceful:Probes:VerboseFromAnywhere = 'yes' must be true or false")]
    [InlineData("Fleet:Name", "my shop", "Graceful:Fleet:Name = 'my shop' must be 1 to 64 letters, digits, '.', '_' and '-'")]
    [InlineData("Fleet:Name", "{a}", "Graceful:Fleet:Name = '{a}' must be 1 to 64 letters, digits, '.', '_' and '-'")]
    [InlineData("Fleet:RenewInterval", "00:00:00", "Graceful:Fleet:RenewInterval = 00:00:00 must be longer than 0 and at most 1 day")]
    [InlineData("Fleet:LeaseDuration", "00:00:14", "Graceful:Fleet:LeaseDuration = 00:00:14 must be at least 3 × RenewInterval (3 × 00:00:05 = 00:00:15), or one late renewal ends it")]
    [InlineData("Fleet:FenceAfter", "00:00:20", "Graceful:Fleet:FenceAfter = 00:00:20 must be longer than LeaseDuration (00:00:20)")]
    [InlineData("Fleet:MaxOperation", "-00:00:01", "Graceful:Fleet:MaxOperation = -00:00:01 must be longer than 0 and at most 1 day")]
    [InlineData("Fleet:ExclusionWait", "00:01:09", "Graceful:Fleet:ExclusionWait = 00:01:09 must be at least FenceAfter + MaxOperation + 10 s (00:00:45 + 00:00:15 + 00:00:10 = 00:01:10), or a level could change under an instance that still writes the old one")]
    [InlineData("Fleet:FormingWait", "-00:00:01", "Graceful:Fleet:FormingWait = -00:00:01 must not be negative and be at most 1 day")]
    [InlineData("Fleet:Isolation", "Open", "Graceful:Fleet:Isolation = 'Open' must be one of FailOpen, Strict")]
    [InlineData("Fleet:MinReadyShare", "0", "Graceful:Fleet:MinReadyShare = 0 must be above 0 and at most 1")]
    [InlineData("Fleet:MinReadyShare", "1.01", "Graceful:Fleet:MinReadyShare = 1.01 must be above 0 and at most 1")]
    [InlineData("Fleet:MinReadyShare", "half", "Graceful:Fleet:MinReadyShare = 'half' must be a number such as 0.5")]
    [InlineData("Compatibility:Bake", "-00:00:01", "Graceful:Compatibility:Bake = -00:00:01 must not be negative and be at most 90 days")]
    [InlineData("Compatibility:RemindAfter", "00:00:00", "Graceful:Compatibility:RemindAfter = 00:00:00 must be longer than 0 and at most 90 days")]
    [InlineData("Enabled", "off", "Graceful:Enabled = 'off' must be true or false")]
    [InlineData("Drain:Budgett", "00:00:25", "Graceful:Drain:Budgett is not a setting; known here: Budget, FlushReserve, MinimumPropagation, PropagationDelay, QuietPeriod, Readiness, ReadinessFailAfter, StreamGrace")]
    [InlineData("Draining:Budget", "00:00:25", "Graceful:Draining is not a setting; known here: Compatibility, Connections, Drain, Enabled, Fleet, KeyRing, Probes, Redis, Session, WarmUp")]
    [InlineData("Drain", "25", "Graceful:Drain = '25' must be a section of settings, not a value")]
    [InlineData("Drain:Budget:Seconds", "25", "Graceful:Drain:Budget must be a value, not a section")]
    public void Validate_AFault_IsNamedWithItsKeyValueAndRule(string key, string value, string expected) => Assert.Equal([expected], Faults((key, value)));

    [Theory]
    [InlineData("25")] // 25 days, as the framework reads it.
    [InlineData("0.5")]
    [InlineData("00:25")] // 25 minutes.
    [InlineData("25s")]
    [InlineData("00:00:75")]
    [InlineData("PT25S")]
    public void Validate_ADurationNotWrittenInFull_IsRejected(string value) =>
        Assert.Equal([$"Graceful:Drain:Budget = '{value}' must be a duration written hh:mm:ss, such as 00:00:25"], Faults(("Drain:Budget", value)));

    [Theory]
    [InlineData("00:00:25", 25)]
    [InlineData("00:01:05.250", 65.25)]
    [InlineData("01:00:00", 3600)]
    public void Read_ADurationWrittenInFull_IsThat(string value, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(("Drain:Budget", value)).Drain.Budget);

    [Fact]
    public void Validate_SeveralFaults_AreInOneMessage()
    {
        var faults = Faults(
            ("Drain:Budget", "25"), ("Drain:Readiness", "Never"), ("Probes:Port", "70000"), ("WarmUp:Parallelism", "0"), ("Unknown", "1"), ("Probes:Drain:Token", "short"));

        Assert.Equal(6, faults.Count);
    }

    [Fact]
    public void Validate_AShortToken_IsNotShown() => Assert.DoesNotContain("hunter2", string.Concat(Faults(("Probes:Drain:Token", "hunter2"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("00:00:06", "00:00:05", false)]
    [InlineData("00:00:05", "00:00:05", true)]
    public void Validate_ReadinessFailAfter_MustFitTheLameDuck(string after, string delay, bool fits)
    {
        var faults = Faults(("Drain:Readiness", "FailAfter"), ("Drain:ReadinessFailAfter", after), ("Drain:PropagationDelay", delay));

        Assert.Equal(fits ? [] : [$"Graceful:Drain:ReadinessFailAfter = {after} must not be longer than PropagationDelay ({delay})"], faults);
    }

    [Fact]
    public void Validate_TheDefaults_AreFine() => Assert.Empty(Faults());

    [Fact]
    public void Validate_ATimeThatNoSumCanHold_IsAFaultLikeAnother()
    {
        var faults = Faults([], o =>
        {
            o.Drain.PropagationDelay = TimeSpan.MaxValue;
            o.Probes.Timeout = TimeSpan.MaxValue;
        });

        Assert.Equal(2, faults.Count);
        Assert.StartsWith("Graceful:Drain:PropagationDelay = ", faults[0], StringComparison.Ordinal);
        Assert.StartsWith("Graceful:Probes:Timeout = ", faults[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_AnEnumValueThatCodeMadeUp_IsAFault() => Assert.Equal(
        ["Graceful:Drain:Readiness = 17 must be one of FailNow, KeepServing, FailAfter"], Faults([], o => o.Drain.Readiness = (DrainReadiness)17));

    [Fact]
    public void Validate_SwitchedOff_NothingIsAFault()
    {
        // The emergency switch works whatever else is wrong.
        var options = Read(("Enabled", "false"), ("Drain:Budget", "25"), ("Probes:Port", "70000"), ("Unknown", "1"));

        Assert.False(options.Enabled);
    }

    [Fact]
    public async Task Start_WithAFault_IsStoppedByTheMessage()
    {
        var builder = TestHost.Builder(null, ("Probes:Port", "70000"), ("Drain:Budget", "25"));
        builder.AddGraceful();

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            using var host = builder.Build();
            await host.StartAsync();
        });

        Assert.StartsWith("The section 'Graceful' has 2 fault(s):", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EverySetting_ArrivesWhereItBelongs()
    {
        var options = Read(
            ("Drain:Budget", "00:01:00"), ("Drain:PropagationDelay", "00:00:06"), ("Drain:MinimumPropagation", "00:00:03"), ("Drain:QuietPeriod", "00:00:02"),
            ("Drain:StreamGrace", "00:00:07"), ("Drain:FlushReserve", "00:00:08"), ("Drain:Readiness", "failafter"), ("Drain:ReadinessFailAfter", "00:00:04"),
            ("Connections:MaxAge", "00:30:00"), ("WarmUp:Parallelism", "9"), ("WarmUp:RetryDelay", "00:00:02"), ("WarmUp:MaxRetryDelay", "00:00:20"),
            ("Probes:Port", "9191"), ("Probes:RefreshInterval", "00:00:01"), ("Probes:Timeout", "00:00:02"), ("Probes:StaleAfter", "00:00:20"),
            ("Probes:VerboseFromAnywhere", "true"), ("Probes:IncludeErrors", "True"), ("Probes:ReadinessFile", "/run/ready"), ("Probes:Checks:cache:Class", "shared"),
            ("Probes:Drain:Enabled", "true"), ("Probes:Drain:Token", "0123456789abcdef"), ("Probes:Drain:AllowedNetworks:0", "10.0.0.0/8"),
            ("Probes:Drain:AllowedNetworks:1", "fd00::/8"), ("Probes:Liveness:CheckInterval", "00:00:07"), ("Probes:Liveness:ThreadPoolLag", "00:00:09"),
            ("Fleet:Name", "shop"), ("Fleet:Version", "1.4"), ("Fleet:Addresses:0", "http://a"), ("Fleet:RenewInterval", "00:00:04"), ("Fleet:LeaseDuration", "00:00:16"),
            ("Fleet:FenceAfter", "00:00:40"), ("Fleet:MaxOperation", "00:00:11"), ("Fleet:ExclusionWait", "00:01:30"), ("Fleet:FormingWait", "00:00:12"), ("Fleet:Isolation", "strict"),
            ("Fleet:MinReadyShare", "0.75"), ("Compatibility:Bake", "00:10:00"), ("Compatibility:RemindAfter", "02:00:00"));

        Assert.Equal((60, 6, 3, 2), (Seconds(options.Drain.Budget), Seconds(options.Drain.PropagationDelay), Seconds(options.Drain.MinimumPropagation), Seconds(options.Drain.QuietPeriod)));
        Assert.Equal((7, 8, 4), (Seconds(options.Drain.StreamGrace), Seconds(options.Drain.FlushReserve), Seconds(options.Drain.ReadinessFailAfter)));
        Assert.Equal(DrainReadiness.FailAfter, options.Drain.Readiness);
        Assert.Equal(TimeSpan.FromMinutes(30), options.Connections.MaxAge);
        Assert.Equal((9, 2, 20), (options.WarmUp.Parallelism, Seconds(options.WarmUp.RetryDelay), Seconds(options.WarmUp.MaxRetryDelay)));
        Assert.Equal((9191, 1, 2, 20), (options.Probes.Port, Seconds(options.Probes.RefreshInterval), Seconds(options.Probes.Timeout), Seconds(options.Probes.StaleAfter)));
        Assert.Equal((true, true, "/run/ready"), (options.Probes.VerboseFromAnywhere, options.Probes.IncludeErrors, options.Probes.ReadinessFile));
        Assert.Equal(DependencyClass.Shared, options.Probes.Checks["CACHE"].Class);
        Assert.Equal((true, "0123456789abcdef"), (options.Probes.Drain.Enabled, options.Probes.Drain.Token));
        Assert.Equal(["10.0.0.0/8", "fd00::/8"], options.Probes.Drain.AllowedNetworks);
        Assert.Equal((7, 9), (Seconds(options.Probes.Liveness.CheckInterval), Seconds(options.Probes.Liveness.ThreadPoolLag)));
        Assert.Equal(("shop", "1.4", "http://a"), (options.Fleet.Name, options.Fleet.Version, options.Fleet.Addresses.Single()));
        Assert.Equal((4, 16, 40), (Seconds(options.Fleet.RenewInterval), Seconds(options.Fleet.LeaseDuration), Seconds(options.Fleet.FenceAfter)));
        Assert.Equal((11, 90, 12), (Seconds(options.Fleet.MaxOperation), Seconds(options.Fleet.ExclusionWait), Seconds(options.Fleet.FormingWait!.Value)));
        Assert.Equal((Isolation.Strict, 0.75), (options.Fleet.Isolation, options.Fleet.MinReadyShare));
        Assert.Equal((600, 7200), (Seconds(options.Compatibility.Bake), Seconds(options.Compatibility.RemindAfter)));
    }

    [Fact]
    public void Read_ANetworkWithoutAnIndex_IsAListOfOne() =>
        Assert.Equal(["10.0.0.0/8"], Read(("Probes:Drain:AllowedNetworks", "10.0.0.0/8")).Probes.Drain.AllowedNetworks);

    [Fact]
    public void Read_AnEmptyValue_IsTheDefault() => Assert.Equal(TimeSpan.FromSeconds(25), Read(("Drain:Budget", "")).Drain.Budget);

    [Fact]
    public void Configure_InCode_HasTheLastWordOverConfiguration()
    {
        var builder = TestHost.Builder(null, ("Drain:Budget", "00:01:00"), ("Drain:StreamGrace", "00:00:07"));
        builder.AddGraceful(o => o.Drain.Budget = TimeSpan.FromSeconds(30));
        using var host = builder.Build();

        var options = host.Get<IOptions<GracefulOptions>>().Value;

        Assert.Equal((30, 7), (Seconds(options.Drain.Budget), Seconds(options.Drain.StreamGrace)));
    }

    [Fact]
    public void Configure_InCodeBeforeAddGraceful_StillHasTheLastWord()
    {
        var builder = TestHost.Builder(null, ("Drain:Budget", "00:01:00"));
        builder.Services.Configure<GracefulOptions>(o => o.Drain.Budget = TimeSpan.FromSeconds(30));
        builder.AddGraceful();
        using var host = builder.Build();

        Assert.Equal(TimeSpan.FromSeconds(30), host.Get<IOptions<GracefulOptions>>().Value.Drain.Budget);
    }

    private static int Seconds(TimeSpan value) => (int)value.TotalSeconds;

    private static GracefulOptions Read(params (string Key, string Value)[] settings)
    {
        using var services = Build(settings);
        return services.GetRequiredService<IOptions<GracefulOptions>>().Value;
    }

    private static List<string> Faults(params (string Key, string Value)[] settings) => Faults(settings, configure: null);

    private static List<string> Faults((string Key, string Value)[] settings, Action<GracefulOptions>? configure)
    {
        using var services = Build(settings, configure);
        try
        {
            _ = services.GetRequiredService<IOptions<GracefulOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return [.. exception.Message.Split(Environment.NewLine).Skip(1).Select(l => l["  - ".Length..])];
        }
    }

    /// <summary>The services of a host, and not the host: with a fault it would not even be built.</summary>
    private static ServiceProvider Build((string Key, string Value)[] settings, Action<GracefulOptions>? configure = null)
    {
        var builder = TestHost.Builder(null, settings);
        builder.Services.AddHealthChecks().AddCheck<FakeHealthCheck>("cache");
        builder.AddGraceful(configure);
        return builder.Services.BuildServiceProvider();
    }
}
