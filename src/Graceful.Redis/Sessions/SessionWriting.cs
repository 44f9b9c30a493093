using StackExchange.Redis;

namespace Graceful;

/// <summary>What is sent to <see cref="SessionScripts"/>. An entry's bytes are passed on, not copied.</summary>
internal static class SessionWriting
{
    /// <summary>Beyond this a time is no longer exact in Lua, and nobody will see it.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36500);

    public static RedisValue[] Arguments(SessionCommit commit)
    {
        // What is written is not removed too.
        var removed = 0;
        foreach (var name in commit.Remove)
        {
            removed += commit.Set.ContainsKey(name) ? 0 : 1;
        }

        var values = new RedisValue[SessionScripts.CommitHead + (2 * commit.Expect.Count) + removed + (2 * commit.Set.Count)];
        values[0] = commit.Id;
        values[1] = Milliseconds(commit.TimeToLive);
        values[2] = commit.AbsoluteTimeToLive is { } absolute ? Microseconds.Of(Bounded(absolute)) : -1;
        values[3] = commit.MustBeNew ? -1 : Math.Max(commit.Generation ?? 0, 0);
        values[4] = Microseconds.Of(Bounded(commit.Elapsed));
        values[5] = commit.Clear ? 1 : 0;
        values[6] = commit.Expect.Count;
        values[7] = removed;
        var next = SessionScripts.CommitHead;
        foreach (var (name, revision) in commit.Expect)
        {
            values[next++] = SessionFields.Of(name);
            values[next++] = revision;
        }

        foreach (var name in commit.Remove)
        {
            if (!commit.Set.ContainsKey(name))
            {
                values[next++] = SessionFields.Of(name);
            }
        }

        foreach (var (name, data) in commit.Set)
        {
            values[next++] = SessionFields.Of(name);
            values[next++] = data;
        }

        return values;
    }

    /// <summary>At least one: zero would delete.</summary>
    public static long Milliseconds(TimeSpan life) => Math.Max(1, (long)Math.Ceiling(Bounded(life).TotalMilliseconds));

    private static TimeSpan Bounded(TimeSpan time) => time > Longest ? Longest : time < TimeSpan.Zero ? TimeSpan.Zero : time;
}
