namespace Graceful;

internal static class ProbePaths
{
    public const string Startup = "/startupz";
    public const string Readiness = "/readyz";
    public const string Liveness = "/livez";
    public const string Drain = "/drain";
}
