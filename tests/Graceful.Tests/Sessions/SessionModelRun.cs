using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Graceful.Tests;

/// <summary>What an instance does next with a session.</summary>
public enum SessionStep
{
    LoadAll,
    LoadOne,
    Set,
    SetTwo,
    Remove,
    Swap,
    Clear,

    /// <summary>The answer to the last commit was lost: it is sent again.</summary>
    SendAgain,

    /// <summary>The request fails between load and commit: what was loaded is forgotten.</summary>
    Crash,
    End,
}

/// <summary>One call to a store, with the places of its beginning and its end among those of all others.</summary>
internal sealed record SessionCall(long Begin, long End)
{
    public SessionCommit? Commit { get; init; }

    public SessionCommitResult Result { get; init; }

    public SessionState? State { get; init; }

    public IReadOnlyCollection<string>? Names { get; init; }

    public bool? Ended { get; init; }

    public override string ToString() =>
        Commit is { } c
            ? $"[{Begin},{End}] commit {c.Id} of generation {c.Generation} elapsed {c.Elapsed} clear {c.Clear} set {string.Join(',', c.Set.Keys)} remove {string.Join(',', c.Remove)} expect {string.Join(',', c.Expect)} -> {Result}"
            : State is { } s
                ? $"[{Begin},{End}] load {(Names is null ? "all" : string.Join(',', Names))} -> {s.Exists} {s.HasEnded} {s.Revision} {s.Generation} {string.Join(',', s.Entries.Select(e => $"{e.Key}@{e.Value.Revision}"))}"
                : $"[{Begin},{End}] end -> {Ended}";
}

/// <summary>Several instances at once, each with its own steps, on one session; everything that they see is written down.</summary>
internal sealed class SessionModelRun(SessionHandle session)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private static readonly string[] Names = ["a", "b", "!c"];
    private readonly ConcurrentQueue<SessionCall> _calls = [];
    private long _clock;
    private int _ids;

    public SessionCall[] Calls => [.. _calls.OrderBy(c => c.Begin)];

    public async Task RunAsync(ISessionStateStore[] instances, (SessionStep Step, int Name, bool Late)[][] plan)
    {
        using var start = new SemaphoreSlim(0);
        var running = plan.Select((steps, i) => Task.Run(async () =>
        {
            await start.WaitAsync();
            await WorkAsync(instances[i % instances.Length], steps);
        })).ToArray();
        start.Release(plan.Length);
        await Task.WhenAll(running);
        await LoadAsync(instances[0], null);
    }

    private async Task WorkAsync(ISessionStateStore store, (SessionStep Step, int Name, bool Late)[] steps)
    {
        SessionState? loaded = null;
        SessionCommit? last = null;
        foreach (var (step, index, late) in steps)
        {
            await Task.Yield();
            var (name, other) = (Names[index], Names[(index + 1) % Names.Length]);
            switch (step)
            {
                case SessionStep.LoadAll:
                    loaded = await LoadAsync(store, null);
                    continue;
                case SessionStep.LoadOne:
                    loaded = await LoadAsync(store, [name]);
                    continue;
                case SessionStep.Crash:
                    loaded = null;
                    continue;
                case SessionStep.End:
                    var begin = Tick();
                    var ended = await store.EndAsync(session, Long, default);
                    _calls.Enqueue(new SessionCall(begin, Tick()) { Ended = ended });
                    continue;
                case SessionStep.SendAgain when last is null:
                    continue;
            }

            if (step != SessionStep.SendAgain)
            {
                var id = Interlocked.Increment(ref _ids).ToString(CultureInfo.InvariantCulture);
                last = Change(new SessionCommit(id, Long) { Generation = loaded?.Generation, Elapsed = late ? Long : TimeSpan.Zero }, step, name, other, loaded);
            }

            await CommitAsync(store, last!);
            loaded = step == SessionStep.Swap ? null : loaded;
        }
    }

    private static SessionCommit Change(SessionCommit commit, SessionStep step, string name, string other, SessionState? loaded)
    {
        ReadOnlyMemory<byte> data = Encoding.UTF8.GetBytes(commit.Id);
        Dictionary<string, ReadOnlyMemory<byte>> one = new() { [name] = data };
        return step switch
        {
            SessionStep.SetTwo => commit with { Set = new Dictionary<string, ReadOnlyMemory<byte>> { [name] = data, [other] = data } },
            SessionStep.Remove => commit with { Remove = [name] },
            SessionStep.Clear => commit with { Clear = true, Set = one },
            SessionStep.Swap => commit with { Set = one, Expect = new Dictionary<string, long> { [name] = loaded is not null && loaded.Entries.TryGetValue(name, out var entry) ? entry.Revision : 0 } },
            _ => commit with { Set = one },
        };
    }

    private async Task<SessionState> LoadAsync(ISessionStateStore store, string[]? names)
    {
        var begin = Tick();
        var state = await store.LoadAsync(session, names, default);
        _calls.Enqueue(new SessionCall(begin, Tick()) { State = state, Names = names });
        return state;
    }

    private async Task CommitAsync(ISessionStateStore store, SessionCommit commit)
    {
        var begin = Tick();
        var result = await store.CommitAsync(session, commit, default);
        _calls.Enqueue(new SessionCall(begin, Tick()) { Commit = commit, Result = result });
    }

    private long Tick() => Interlocked.Increment(ref _clock);
}
