namespace Graceful;

/// <summary>
/// How long each part of leaving may take. The parts lie inside the budget: <c>PropagationDelay + StreamGrace + FlushReserve ≤ Budget</c>.
/// </summary>
public sealed class DrainOptions
{
    /// <summary>
    /// The hard ceiling on everything between the request to leave and the end of the process.
    /// <value>Default: 25 seconds.</value>
    /// </summary>
    /// <remarks>
    /// Must fit the orchestrator's patience: <c>terminationGracePeriodSeconds ≥ preStop + Budget + 2</c> in Kubernetes (30 by default);
    /// <c>docker stop</c> gives 10 seconds unless told otherwise.
    /// </remarks>
    public TimeSpan Budget { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// How long everything is still served after the request to leave, so that balancers notice. <value>Default: 5 seconds.</value>
    /// </summary>
    /// <remarks>At least the balancer's check interval times its failure threshold, or the time an endpoint removal takes to spread.</remarks>
    public TimeSpan PropagationDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The shortest lame duck when all is quiet. <value>Default: 2 seconds.</value></summary>
    /// <remarks>Only counts when shorter than <see cref="PropagationDelay"/>; set it equal to that to switch early exit off.</remarks>
    public TimeSpan MinimumPropagation { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long nothing may have arrived (no request, no byte on a new connection) before the lame duck ends early.
    /// <value>Default: 1 second.</value>
    /// </summary>
    public TimeSpan QuietPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long streams and connections get to end by themselves after the lame duck; then they are cut. <value>Default: 5 seconds.</value>
    /// </summary>
    /// <remarks>Ordinary requests are not cut here: they may run until <see cref="Budget"/> less <see cref="FlushReserve"/>.</remarks>
    public TimeSpan StreamGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The end of the budget that requests cannot use: one half for drain participants, one half for the hosted services' own stop.
    /// <value>Default: 4 seconds.</value>
    /// </summary>
    public TimeSpan FlushReserve { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>What <c>/readyz</c> says from the request to leave on. <value>Default: <see cref="DrainReadiness.FailNow"/>.</value></summary>
    public DrainReadiness Readiness { get; set; }

    /// <summary>
    /// With <see cref="DrainReadiness.FailAfter"/>, how long readiness is kept. <value>Default: 0.</value>
    /// </summary>
    public TimeSpan ReadinessFailAfter { get; set; }
}

/// <summary>What readiness says during the lame duck. It always fails once the lame duck has ended.</summary>
public enum DrainReadiness
{
    /// <summary>Fails at once: for balancers that find out by their own health checks (HAProxy, nginx, YARP, cloud load balancers).</summary>
    FailNow = 0,

    /// <summary>
    /// Stays as it was until the lame duck ends: for kube-proxy, which is told of the termination by the control plane, and which, when
    /// every endpoint of a service is terminating, still uses those that are ready.
    /// </summary>
    KeepServing = 1,

    /// <summary>Stays for <see cref="DrainOptions.ReadinessFailAfter"/>, then fails.</summary>
    FailAfter = 2,
}
