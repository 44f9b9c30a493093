namespace Graceful.Benchmarks;

internal static class SameState
{
    /// <summary>Throws when the sessions of both sides do not hold the same: then not the same work was measured.</summary>
    public static async Task RequireAsync(IReadOnlyList<SessionClient> builtIn, IReadOnlyList<SessionClient> graceful)
    {
        for (var i = 0; i < builtIn.Count; i++)
        {
            var (theirs, ours) = (await builtIn[i].DescribeAsync(), await graceful[i].DescribeAsync());
            if (theirs != ours || theirs.Length == 0)
            {
                throw new InvalidOperationException($"After the same work the sessions differ. Built-in:\n{theirs}Graceful:\n{ours}");
            }
        }
    }
}
