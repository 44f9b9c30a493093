using CsCheck;

namespace Graceful.Tests;

/// <summary>A store that breaks one rule does not pass: what the model would not see, no suite would.</summary>
public class SessionModelRuleTests
{
    [Theory]
    [InlineData("writes without comparing")]
    [InlineData("applies what is sent again")]
    [InlineData("forgets clears, by generation")]
    [InlineData("forgets clears, by time")]
    [InlineData("writes all that was there")]
    [InlineData("forgets the end")]
    [InlineData("loses a write")]
    [InlineData("reads the past")]
    public async Task Store_ThatBreaksARule_IsFound(string rule) => await Assert.ThrowsAsync<CsCheckException>(() => SessionStateStoreTests.Plans.SampleAsync(
        async plan =>
        {
            var store = new Broken(rule);
            var run = new SessionModelRun(SessionHandle.Of("x"));
            await run.RunAsync([store, store], plan);
            SessionModel.Check(run.Calls);
        },
        writeLine: _ => { },
        iter: 3000,
        threads: 1));

    private sealed class Broken(string rule) : ISessionStateStore
    {
        private readonly InMemorySessionStateStore _inner = new(TimeProvider.System);
        private int _count;
        private SessionState? _past;

        public async ValueTask<SessionState> LoadAsync(SessionHandle session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
        {
            var now = await _inner.LoadAsync(session, names, cancellationToken);
            var state = rule == "reads the past" && names is null ? _past ?? now : now;
            _past = names is null ? now : _past;
            return state;
        }

        public async ValueTask<SessionCommitResult> CommitAsync(SessionHandle session, SessionCommit commit, CancellationToken cancellationToken)
        {
            var all = await _inner.LoadAsync(session, null, cancellationToken);
            commit = rule switch
            {
                "writes without comparing" => commit with { Expect = new Dictionary<string, long>() },
                "applies what is sent again" => commit with { Id = $"n{Interlocked.Increment(ref _count)}" },
                "forgets clears, by generation" => commit with { Generation = null },
                "forgets clears, by time" => commit with { Elapsed = TimeSpan.Zero },
                "writes all that was there" => commit with { Set = all.Entries.Where(e => !commit.Set.ContainsKey(e.Key)).ToDictionary(e => e.Key, e => e.Value.Data).Concat(commit.Set).ToDictionary() },
                "loses a write" when commit.Set.Count > 1 => commit with { Set = commit.Set.Take(1).ToDictionary() },
                _ => commit,
            };
            return await _inner.CommitAsync(session, commit, cancellationToken);
        }

        public ValueTask TouchAsync(IReadOnlyCollection<SessionTouch> touches, CancellationToken cancellationToken) => _inner.TouchAsync(touches, cancellationToken);

        public ValueTask<bool> TryEndAsync(SessionHandle session, long revision, TimeSpan remembrance, CancellationToken cancellationToken) =>
            _inner.TryEndAsync(session, revision, remembrance, cancellationToken);

        public ValueTask<bool> EndAsync(SessionHandle session, TimeSpan remembrance, CancellationToken cancellationToken) =>
            _inner.EndAsync(session, rule == "forgets the end" ? TimeSpan.FromTicks(1) : remembrance, cancellationToken);

        public ValueTask BindAsync(string user, SessionHandle session, TimeSpan timeToLive, CancellationToken cancellationToken) => _inner.BindAsync(user, session, timeToLive, cancellationToken);

        public ValueTask UnbindAsync(string user, SessionHandle session, CancellationToken cancellationToken) => _inner.UnbindAsync(user, session, cancellationToken);

        public ValueTask<IReadOnlyList<SessionHandle>> ListAsync(string user, CancellationToken cancellationToken) => _inner.ListAsync(user, cancellationToken);
    }
}
