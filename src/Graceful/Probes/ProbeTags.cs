namespace Graceful;

/// <summary>Health check tags that say which probe a check belongs to. A check with none of them belongs to readiness.</summary>
public static class ProbeTags
{
    /// <summary><c>startup</c>: the check must pass before <c>/startupz</c> does.</summary>
    public const string Startup = "startup";

    /// <summary><c>ready</c>: the check belongs to <c>/readyz</c>.</summary>
    public const string Readiness = "ready";

    /// <summary><c>live</c>: the check belongs to <c>/livez</c>. Never tag a check of a dependency so: its outage would restart every instance.</summary>
    public const string Liveness = "live";
}
