namespace Graceful;

/// <summary>Where probes answer and how health checks are kept fresh.</summary>
public sealed class ProbeOptions
{
    /// <summary>
    /// The port of the probe listener, on all interfaces; 0 switches it off. <value>Default: 9090.</value>
    /// </summary>
    /// <remarks>A busy port stops the start; in Development it is a warning. Needs Graceful.AspNetCore.</remarks>
    public int Port { get; set; } = 9090;

    /// <summary>How often every health check runs in the background. <value>Default: 5 seconds.</value></summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one run of a health check may take before it counts as failed. <value>Default: 3 seconds.</value></summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How old a result may be before it counts as failed: a check that hangs is not believed for ever. <value>Default: 15 seconds.</value>
    /// </summary>
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether <c>?verbose</c> answers peers other than loopback. <value>Default: false.</value></summary>
    public bool VerboseFromAnywhere { get; set; }

    /// <summary>Whether <c>?verbose</c> shows exception texts. They may hold secrets. <value>Default: false.</value></summary>
    public bool IncludeErrors { get; set; }

    /// <summary>
    /// A file that exists while this instance is ready, rewritten at every refresh: a probe for workers with no HTTP listener
    /// (<c>exec: test -f</c>). <value>Default: null, no file.</value>
    /// </summary>
    public string? ReadinessFile { get; set; }

    /// <summary>Settings by health check name.</summary>
    public IDictionary<string, ProbeCheckOptions> Checks { get; } = new Dictionary<string, ProbeCheckOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The <c>/drain</c> endpoint.</summary>
    public DrainEndpointOptions Drain { get; } = new();

    /// <summary>What liveness watches.</summary>
    public LivenessOptions Liveness { get; } = new();
}

/// <summary>Settings of one health check.</summary>
public sealed class ProbeCheckOptions
{
    /// <summary>What a failure means for readiness. <value>Default: <see cref="DependencyClass.Local"/>.</value></summary>
    public DependencyClass Class { get; set; }
}

/// <summary>Whose fault a failing health check is.</summary>
public enum DependencyClass
{
    /// <summary>This instance's own: unhealthy means not ready, and others can take over.</summary>
    Local = 0,

    /// <summary>A dependency that all instances share: unhealthy is shown as degraded and stays ready, or one outage would take out every instance.</summary>
    Shared = 1,

    /// <summary>Only shown.</summary>
    Optional = 2,
}

/// <summary>The <c>/drain</c> endpoint on the probe listener: drains, answers with the report, does not end the process.</summary>
public sealed class DrainEndpointOptions
{
    /// <summary>Whether the endpoint exists. <value>Default: false.</value></summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// A bearer token that opens the endpoint to any peer: <c>Authorization: Bearer …</c>; at least 16 characters.
    /// <value>Default: null.</value>
    /// </summary>
    public string? Token { get; set; }

    /// <summary>Networks in CIDR form that may call without a token, beside loopback. <value>Default: none.</value></summary>
    public IList<string> AllowedNetworks { get; } = [];
}

/// <summary>What liveness watches: this process, never a dependency. Liveness never fails during a drain.</summary>
public sealed class LivenessOptions
{
    /// <summary>How often the process looks at itself. <value>Default: 5 seconds.</value></summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a work item may wait for a thread before the process counts as stuck. <value>Default: 10 seconds.</value></summary>
    public TimeSpan ThreadPoolLag { get; set; } = TimeSpan.FromSeconds(10);
}
