using System.CommandLine;
using System.CommandLine.Parsing;

namespace Graceful.RollingUpdate;

/// <summary>The options of a roll, with what they accept.</summary>
internal sealed class RollOptions
{
    private const string Yarp = "yarp";
    private const string Haproxy = "haproxy";
    private const string Nginx = "nginx";
    private const string None = "none";

    private static readonly TimeSpan ShortestDuration = TimeSpan.FromSeconds(5);

    private readonly Option<TimeSpan> _duration = new("--duration")
    {
        Description = "How long there is load, at least: 20, 20s, 2m or 00:01:30. The load never ends before the roll has.",
        HelpName = "time",
        DefaultValueFactory = _ => TimeSpan.FromSeconds(60),
        CustomParser = ParseDuration,
    };

    private readonly Option<int> _instances = new("--instances")
    {
        Description = "Instances of the fleet, 1 to 10.",
        HelpName = "n",
        DefaultValueFactory = _ => 3,
    };

    private readonly Option<int> _rate = new("--rate")
    {
        Description = "Requests per second, 10 to 5000.",
        HelpName = "n",
        DefaultValueFactory = _ => 200,
    };

    private readonly Option<string> _gateway = new Option<string>("--gateway")
    {
        Description = "What stands in front: yarp (in this process), haproxy or nginx (must be installed), or none (clients balance by themselves).",
        DefaultValueFactory = _ => Yarp,
    }.AcceptOnlyFromAmong(Yarp, Haproxy, Nginx, None);

    private readonly Option<string> _haproxyMode = new Option<string>("--haproxy-mode")
    {
        Description = "With --gateway haproxy: http (layer 7) or tcp (layer 4).",
        DefaultValueFactory = _ => "http",
    }.AcceptOnlyFromAmong("http", "tcp");

    private readonly Option<string> _scenario = new Option<string>("--scenario")
    {
        Description = "roll: version 1 to version 2. incompatible: to a version 3 that skips a level of the order format; it must be refused. rollback: to version 2 and, "
            + "in the middle, back to version 1. hard: 1 old and 1 new instance, 400 keep-alive HTTP/1.1 clients at 800 requests/s, 20 ms away, behind a balancer "
            + "that offers the old instance half of all new connections for 3 s after SIGTERM.",
        DefaultValueFactory = _ => RollSettings.RollScenario,
    }.AcceptOnlyFromAmong(RollSettings.RollScenario, RollSettings.IncompatibleScenario, RollSettings.RollbackScenario, RollSettings.HardScenario);

    private readonly Option<RedisAddress?> _redis = new("--redis")
    {
        Description = "A Redis that runs already, host or host:port, without a password. [default: Garnet in this process, nothing to install]",
        HelpName = "host[:port]",
        CustomParser = ParseRedis,
    };

    public RollOptions(Command command)
    {
        InRange(_instances, 1, 10);
        InRange(_rate, 10, 5000);
        foreach (var option in new Option[] { _duration, _instances, _rate, _gateway, _haproxyMode, _scenario, _redis, Compare, Report, V1, V2, V3 })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(_haproxyMode) is { Implicit: false } && result.GetValue(_gateway) != Haproxy)
            {
                result.AddError("--haproxy-mode needs --gateway haproxy.");
            }

            if (result.GetValue(_scenario) == RollSettings.HardScenario && result.GetResult(_gateway) is { Implicit: false })
            {
                result.AddError("--scenario hard brings a gateway of its own: leave --gateway out.");
            }

            var scenario = result.GetValue(_scenario);
            if (scenario is RollSettings.IncompatibleScenario or RollSettings.RollbackScenario && result.GetValue(Compare))
            {
                result.AddError($"--scenario {scenario} is about what the library does: leave --compare out.");
            }

            if (scenario == RollSettings.RollbackScenario && result.GetResult(_instances)?.Errors.Any() != true && result.GetValue(_instances) < 2)
            {
                result.AddError("--scenario rollback turns back in the middle: it needs --instances 2 or more.");
            }
        });
    }

    public Option<bool> Compare { get; } = new("--compare")
    {
        Description = "Also roll the same Shop with the library switched off, and print both side by side.",
    };

    public Option<DirectoryInfo?> Report { get; } = new("--report")
    {
        Description = "Where report.html and report.json go. [default: artifacts/rolling-update/<timestamp>]",
        HelpName = "dir",
    };

    public Option<string?> V1 { get; } = new("--v1")
    {
        Description = "Another program as version 1: a Shop.dll or a native executable. [default: the built Shop]",
        HelpName = "path",
    };

    public Option<string?> V2 { get; } = new("--v2")
    {
        Description = "The same for version 2.",
        HelpName = "path",
    };

    public Option<string?> V3 { get; } = new("--v3")
    {
        Description = "The same for version 3 (--scenario incompatible).",
        HelpName = "path",
    };

    public RollSettings Settings(ParseResult parsed)
    {
        var duration = parsed.GetValue(_duration);
        var scenario = parsed.GetValue(_scenario)!;
        var settings = scenario == RollSettings.HardScenario
            ? RollSettings.Hard(Given(_rate, 800), Given(_instances, 1), duration)
            : RollSettings.Roll(Gateway(parsed), parsed.GetValue(_rate), parsed.GetValue(_instances), duration) with { Scenario = scenario };
        return settings with { Redis = parsed.GetValue(_redis) };

        int Given(Option<int> option, int otherwise) => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : otherwise;
    }

    private GatewayKind Gateway(ParseResult parsed) => parsed.GetValue(_gateway) switch
    {
        Haproxy => parsed.GetValue(_haproxyMode) == "tcp" ? GatewayKind.HaproxyTcp : GatewayKind.HaproxyHttp,
        Nginx => GatewayKind.Nginx,
        None => GatewayKind.None,
        _ => GatewayKind.Yarp,
    };

    private static TimeSpan ParseDuration(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (!Durations.TryParse(text, out var duration))
        {
            result.AddError($"--duration: '{text}' is not a duration. Write 20, 20s, 2m or 00:01:30.");
        }
        else if (duration < ShortestDuration)
        {
            result.AddError($"--duration: '{text}' is too short; at least {ShortestDuration.TotalSeconds:0} s.");
        }

        return duration;
    }

    private static RedisAddress? ParseRedis(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (!RedisAddress.TryParse(text, out var address))
        {
            // Not repeated: somebody may have tried it with a password.
            result.AddError("--redis: that is not a host or host:port, such as localhost or redis.example:6380.");
        }

        return address;
    }

    private static void InRange(Option<int> option, int lowest, int highest) => option.Validators.Add(result =>
    {
        // A value that is no number has an error of its own.
        if (result.Errors.Any() || result.GetValueOrDefault<int>() is var value && value >= lowest && value <= highest)
        {
            return;
        }

        result.AddError($"{option.Name}: {value} is out of range; {lowest} to {highest}.");
    });
}
