namespace Graceful;

/// <summary>What every store refuses before it does anything. Shared as source between the packages.</summary>
internal static class SessionArguments
{
    private const int LongestId = 64;

    public static void Check(SessionHandle session)
    {
        if (session.Value.Length == 0)
        {
            throw new ArgumentException("The handle names no session.", nameof(session));
        }
    }

    public static void Check(SessionCommit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        ArgumentNullException.ThrowIfNull(commit.Id, nameof(commit));
        if (commit.Id.Length is 0 or > LongestId || commit.Id.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException($"The id of a commit has 1 to {LongestId} visible ASCII characters.", nameof(commit));
        }

        Check(commit.TimeToLive, nameof(commit));
        if (commit is { MustBeNew: true, Generation: > 0 })
        {
            throw new ArgumentException("What must be new cannot have been loaded.", nameof(commit));
        }

        foreach (var (name, _) in commit.Set)
        {
            Check(name, nameof(commit));
        }

        foreach (var name in commit.Remove)
        {
            Check(name, nameof(commit));
        }

        foreach (var (name, _) in commit.Expect)
        {
            Check(name, nameof(commit));
        }
    }

    public static void Check(TimeSpan timeToLive, string parameter) => ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero, parameter);

    public static void Check(string name, string parameter) => ArgumentException.ThrowIfNullOrEmpty(name, parameter);
}
