using System.Collections.Immutable;
using System.Text;

namespace Graceful.Tests;

/// <summary>
/// Holds what a run saw against what may be: every applied commit has a revision, which puts them into one order; that order must agree with time, and every answer with the session as it was at the
/// revision that the answer names.
/// </summary>
internal sealed class SessionModel
{
    private readonly SessionCall[] _calls;
    private readonly SessionCall[] _ends;
    private readonly List<SessionCall> _applied = [];
    private readonly Dictionary<long, Moment> _moments = new() { [0] = new(0, 0, ImmutableSortedDictionary<string, (long, string)>.Empty) };

    private SessionModel(SessionCall[] calls)
    {
        _calls = calls;
        _ends = [.. calls.Where(c => c.Ended is not null)];
    }

    public static void Check(SessionCall[] calls)
    {
        try
        {
            new SessionModel(calls).Check();
        }
        catch (Xunit.Sdk.XunitException e)
        {
            throw new InvalidOperationException($"{e.Message}\n{string.Join('\n', calls.Select(c => c.ToString()))}");
        }
    }

    private void Check()
    {
        FindApplied();
        Replay();
        foreach (var call in _calls)
        {
            if (call.State is { } state)
            {
                CheckLoad(call, state);
            }
            else if (call.Commit is { } commit)
            {
                CheckCommit(call, commit);
            }
        }

        CheckEnds();
    }

    /// <summary>A commit that was sent again has the answer of then, or so many others came between that it is not known any more.</summary>
    private void FindApplied()
    {
        foreach (var same in _calls.Where(c => c.Commit is not null && c.Result.Outcome == SessionCommitOutcome.Committed).GroupBy(c => c.Commit!.Id))
        {
            SessionCall? before = null;
            foreach (var call in same.OrderBy(c => c.Begin))
            {
                if (before is not null && call.Result == before.Result)
                {
                    continue;
                }

                Assert.True(before is null || call.Result.Revision > before.Result.Revision + SessionCommit.RememberedCommits, $"applied twice: {call}");
                _applied.Add(before = call);
            }
        }

        _applied.Sort((a, b) => a.Result.Revision.CompareTo(b.Result.Revision));
    }

    private void Replay()
    {
        var moment = _moments[0];
        foreach (var call in _applied)
        {
            var (commit, revision) = (call.Commit!, call.Result.Revision);
            Assert.True(moment.Revision == 0 || revision == moment.Revision + 1, $"a revision is missing, or there twice, before: {call}");
            Assert.True(Refusal(commit, moment) is null, $"should have been {Refusal(commit, moment)}: {call}");
            var generation = Math.Max(moment.Generation, 1) + (commit.Clear ? 1 : 0);
            var entries = (commit.Clear ? moment.Entries.Clear() : moment.Entries).RemoveRange(commit.Remove)
                .SetItems(commit.Set.Select(s => KeyValuePair.Create(s.Key, (revision, Encoding.UTF8.GetString(s.Value.Span)))));
            moment = _moments[revision] = new Moment(revision, generation, entries);
            Assert.True(call.Result.Generation == generation, $"not generation {generation}: {call}");
            Assert.True(_applied.All(a => a.End > call.Begin || a.Result.Revision < revision), $"an earlier one was applied later: {call}");
        }
    }

    private void CheckLoad(SessionCall call, SessionState state)
    {
        if (MustHaveEnded(call) || state.HasEnded)
        {
            Assert.True(state is { HasEnded: true, Exists: false, Entries.Count: 0 } && MayHaveEnded(call), $"ended, or not: {call}");
            return;
        }

        var moment = MomentOf(call, state.Revision);
        Assert.True((state.Exists, state.Generation) == (moment.Revision > 0, moment.Generation), $"not as it was: {call}");
        var there = moment.Entries.Where(e => call.Names?.Contains(e.Key) ?? true).Select(e => (e.Key, e.Value));
        var read = state.Entries.Select(e => (e.Key, (e.Value.Revision, Encoding.UTF8.GetString(e.Value.Data.Span)))).OrderBy(e => e.Key, StringComparer.Ordinal);
        Assert.True(there.OrderBy(e => e.Key, StringComparer.Ordinal).SequenceEqual(read), $"other entries than it had: {call}");
    }

    private void CheckCommit(SessionCall call, SessionCommit commit)
    {
        if (MustHaveEnded(call) || call.Result.Outcome == SessionCommitOutcome.Ended)
        {
            Assert.True(call.Result.Outcome == SessionCommitOutcome.Ended && MayHaveEnded(call), $"ended, or not: {call}");
        }
        else if (call.Result.Outcome != SessionCommitOutcome.Committed)
        {
            Assert.True(Refusal(commit, MomentOf(call, call.Result.Revision)) == call.Result.Outcome, $"no reason to refuse it: {call}");
        }
    }

    private void CheckEnds()
    {
        // Exactly one ends what is there.
        var first = _ends.Length == 0 ? 0 : _ends.Min(e => e.Begin);
        var made = _applied.Count > 0;
        var certainly = _applied.Any(a => a.End < first);
        var ended = _ends.Count(e => e.Ended == true);
        Assert.True(ended <= (made ? 1 : 0) && (_ends.Length == 0 || !certainly || ended == 1), $"{ended} calls ended the session");
    }

    /// <summary>The session as it was at a revision, which must be one that it could have had during the call.</summary>
    private Moment MomentOf(SessionCall call, long revision)
    {
        Assert.True(_moments.ContainsKey(revision), $"no such revision: {call}");
        Assert.True(_applied.All(a => a.End > call.Begin || a.Result.Revision <= revision), $"older than what was acknowledged before: {call}");
        Assert.True(revision == 0 || _applied.Single(a => a.Result.Revision == revision).Begin < call.End, $"from the future: {call}");
        return _moments[revision];
    }

    private bool MustHaveEnded(SessionCall call) => _ends.Any(e => e.End < call.Begin);

    private bool MayHaveEnded(SessionCall call) => _ends.Any(e => e.Begin < call.End);

    private static SessionCommitOutcome? Refusal(SessionCommit commit, Moment moment) =>
        (commit.Generation > 0 ? commit.Generation != moment.Generation : commit.Elapsed > TimeSpan.Zero && moment.Generation > 1) ? SessionCommitOutcome.Cleared
        : commit.Expect.Any(e => (moment.Entries.TryGetValue(e.Key, out var entry) ? entry.Revision : 0) != e.Value) ? SessionCommitOutcome.Conflict
        : null;

    private sealed record Moment(long Revision, long Generation, ImmutableSortedDictionary<string, (long Revision, string Text)> Entries);
}
