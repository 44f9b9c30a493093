namespace Graceful.RollingUpdate.Tests.Processes;

/// <summary>Short times, told to the program as a user tells them: by environment variables.</summary>
internal sealed record AppSettings
{
    /// <summary>So far away that no slack covers for an exit that waits for it.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The same for a lame duck that is to be skipped.</summary>
    public static TimeSpan Endless { get; } = TimeSpan.FromMinutes(10);

    public TimeSpan PropagationDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Null for no early exit.</summary>
    public TimeSpan? MinimumPropagation { get; init; }

    public TimeSpan QuietPeriod { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan StreamGrace { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan FlushReserve { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>On a port of its own; off when false.</summary>
    public bool Probes { get; init; }

    public string Environment { get; init; } = "Production";

    /// <summary>Further variables, by name.</summary>
    public IReadOnlyDictionary<string, string> More { get; init; } = new Dictionary<string, string>();

    public int ProbePort { get; } = FreePorts.Next();

    public AppSettings With(string name, string value) => this with { More = new Dictionary<string, string>(More) { [name] = value } };

    public IReadOnlyDictionary<string, string> ToVariables()
    {
        var variables = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["DOTNET_ENVIRONMENT"] = Environment,
            ["ASPNETCORE_ENVIRONMENT"] = Environment,
            ["DOTNET_hostBuilder__reloadConfigOnChange"] = "false",
            ["Logging__LogLevel__Microsoft"] = "Warning",
            ["Logging__Console__FormatterName"] = "simple",
            ["Logging__Console__FormatterOptions__SingleLine"] = "true",
            ["Graceful__Drain__Budget"] = Budget.ToString("c"),
            ["Graceful__Drain__PropagationDelay"] = PropagationDelay.ToString("c"),
            ["Graceful__Drain__MinimumPropagation"] = (MinimumPropagation ?? PropagationDelay).ToString("c"),
            ["Graceful__Drain__QuietPeriod"] = QuietPeriod.ToString("c"),
            ["Graceful__Drain__StreamGrace"] = StreamGrace.ToString("c"),
            ["Graceful__Drain__FlushReserve"] = FlushReserve.ToString("c"),
            ["Graceful__Probes__Port"] = Probes ? ProbePort.ToString() : "0",
        };
        foreach (var (name, value) in More)
        {
            variables[name] = value;
        }

        return variables;
    }
}
