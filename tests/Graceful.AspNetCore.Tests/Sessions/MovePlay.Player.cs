using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>An instance: its calls to both stores wait for their turn.</summary>
internal sealed partial class MovePlay
{
    /// <summary>A call that waits for its turn.</summary>
    internal sealed record Turn(Player Player, TaskCompletionSource Begin);

    internal sealed class Player(MovePlay play, string name, int level, int diesAt, int losesAt) : ISessionStateStore, ISessionBlobStore
    {
        private readonly FakeTimeProvider _time = new();
        private readonly Lock _lock = new();
        private readonly List<Turn> _waiting = [];
        private SessionMover? _mover;
        private int _taken;

        public string Name => name;

        public int Level => level;

        /// <summary>How many answers it did not hear.</summary>
        public int Lost { get; private set; }

        public bool IsDead { get; private set; }

        public Task? Task { get; set; }

        public Turn[] Waiting
        {
            get
            {
                lock (_lock)
                {
                    return IsDead ? [] : [.. _waiting];
                }
            }
        }

        public MovingHome NewHome() => new MovingHome(_mover ??= MoverOf(this, this, level, _time));

        /// <summary>The pause after a failure is over.</summary>
        public void Recover() => _time.Advance(TimeSpan.FromSeconds(30));

        public void Take(Turn turn)
        {
            lock (_lock)
            {
                _waiting.Remove(turn);
            }

            if (_taken++ >= diesAt)
            {
                IsDead = true;
                return;
            }

            play._step++;
            if (name == "end")
            {
                play.End = (play.End?.First ?? play._step, play._step, false);
            }

            turn.Begin.SetResult();
        }

        public ValueTask<SessionState> LoadAsync(SessionHandle session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken) =>
            CallAsync(() => play._entries.LoadAsync(session, names, default));

        public ValueTask<SessionCommitResult> CommitAsync(SessionHandle session, SessionCommit commit, CancellationToken cancellationToken) =>
            CallAsync(() => play._entries.CommitAsync(session, commit, default));

        public ValueTask<bool> EndAsync(SessionHandle session, TimeSpan remembrance, CancellationToken cancellationToken) => CallAsync(() => play._entries.EndAsync(session, remembrance, default));

        public ValueTask<bool> TryEndAsync(SessionHandle session, long revision, TimeSpan remembrance, CancellationToken cancellationToken) =>
            CallAsync(() => play._entries.TryEndAsync(session, revision, remembrance, default));

        public ValueTask<SessionBlob> ReadAsync(string key, CancellationToken cancellationToken) => CallAsync(() => play._blobs.ReadAsync(key, default));

        public ValueTask<bool> TryWriteAsync(string key, SessionBlob seen, SessionBlobWrite write, CancellationToken cancellationToken) =>
            CallAsync(() => play._blobs.TryWriteAsync(key, seen, write, default));

        public ValueTask<bool> TryFreezeAsync(string key, SessionBlob seen, TimeSpan longestLife, CancellationToken cancellationToken) =>
            CallAsync(() => play._blobs.TryFreezeAsync(key, seen, longestLife, default));

        public ValueTask<bool> TryCloseAsync(string key, SessionBlob seen, TimeSpan remembrance, CancellationToken cancellationToken) =>
            CallAsync(() => play._blobs.TryCloseAsync(key, seen, remembrance, default));

        public async ValueTask CloseAsync(string key, TimeSpan remembrance, CancellationToken cancellationToken) => await CallAsync(async () =>
        {
            await play._blobs.CloseAsync(key, remembrance, default);
            return true;
        });

        public ValueTask TouchAsync(IReadOnlyCollection<SessionTouch> touches, CancellationToken cancellationToken) => default;

        public ValueTask TouchAsync(IReadOnlyCollection<string> keys, TimeSpan more, CancellationToken cancellationToken) => default;

        public ValueTask BindAsync(string user, SessionHandle session, TimeSpan timeToLive, CancellationToken cancellationToken) => default;

        public ValueTask UnbindAsync(string user, SessionHandle session, CancellationToken cancellationToken) => default;

        public ValueTask<IReadOnlyList<SessionHandle>> ListAsync(string user, CancellationToken cancellationToken) => new([]);

        private async ValueTask<T> CallAsync<T>(Func<ValueTask<T>> call)
        {
            var turn = new Turn(this, new TaskCompletionSource());
            lock (_lock)
            {
                _waiting.Add(turn);
            }

            await turn.Begin.Task;
            var number = _taken - 1;
            var answer = await call();
            if (number != losesAt)
            {
                return answer;
            }

            Lost++;
            throw new SessionStoreException("The answer was lost.");
        }
    }
}
