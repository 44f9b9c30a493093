using System.Diagnostics;

namespace Graceful.Redis.Tests.Testing;

/// <summary>What instances do with sessions.</summary>
internal static class SessionUse
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static SessionHandle NewSession() => SessionHandle.Of(Guid.NewGuid().ToString("N"));

    public static SessionCommit Set(string name, string text = "x") =>
        new(Guid.NewGuid().ToString("N"), Life) { Set = new Dictionary<string, ReadOnlyMemory<byte>> { [name] = System.Text.Encoding.UTF8.GetBytes(text) } };

    public static SessionCommit Clear() => new(Guid.NewGuid().ToString("N"), Life) { Clear = true };

    /// <summary>Every path of every script and every command.</summary>
    public static async Task EverythingAsync(ISessionStateStore store)
    {
        var session = NewSession();
        var made = await store.CommitAsync(session, Set("a"), default);
        Assert.Equal(SessionCommitOutcome.Committed, made.Outcome);
        var swap = Set("b") with { Expect = new Dictionary<string, long> { ["a"] = made.Revision }, Remove = ["a"], Generation = made.Generation };
        Assert.Equal(SessionCommitOutcome.Committed, (await store.CommitAsync(session, swap, default)).Outcome);
        Assert.Equal(["b"], (await store.LoadAsync(session, null, default)).Entries.Keys);
        Assert.Equal(["b"], (await store.LoadAsync(session, ["a", "b"], default)).Entries.Keys);
        Assert.Equal(SessionCommitOutcome.Committed, (await store.CommitAsync(session, Clear(), default)).Outcome);
        await store.TouchAsync([new SessionTouch(session, Life * 2, null), new SessionTouch(session, Life * 3, Life * 4)], default);
        await store.BindAsync("alice", session, Life, default);
        Assert.Equal([session], await store.ListAsync("alice", default));
        await store.UnbindAsync("alice", session, default);
        Assert.Empty(await store.ListAsync("alice", default));
        var brief = NewSession();
        await store.CommitAsync(brief, Set("a"), default);
        await store.TouchAsync([new SessionTouch(brief, Life, TimeSpan.FromMicroseconds(1))], default);
        Assert.False((await store.LoadAsync(brief, null, default)).Exists);
        Assert.True(await store.EndAsync(session, Life, default));
    }

    /// <summary>Until the store is back; every other failure than the store's own is a fault.</summary>
    public static async Task<T> EventuallyAsync<T>(Func<ValueTask<T>> call)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (SessionStoreException e)
            {
                Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"The store did not come back: {e.Message}");
                await Task.Delay(20);
            }
        }
    }
}
