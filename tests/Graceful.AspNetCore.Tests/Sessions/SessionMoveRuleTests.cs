using Graceful.AspNetCore.Tests.Testing;
using Graceful.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Orders of steps that chance would hardly find, and what stops a start.</summary>
public sealed class SessionMoveRuleTests
{
    private const string Key = "0f8fad5b-d9cb-469f-a165-70867728950e";
    private static readonly SessionAddress Session = new(Key, SessionHandle.Of(Key), isNew: false);
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(20);
    private readonly FakeTimeProvider _time = new();
    private readonly InMemorySessionStateStore _entries;
    private readonly InMemorySessionBlobStore _blobs;

    public SessionMoveRuleTests()
    {
        _entries = new InMemorySessionStateStore(_time);
        _blobs = new InMemorySessionBlobStore(_time);
    }

    [Fact]
    public async Task Import_ThatComesLate_BringsNothingBackThatWasRemovedMeanwhile()
    {
        var blob = Put("user");
        await LoadAsync(2);
        for (var i = 0; i < 5; i++)
        {
            await _entries.CommitAsync(Session.Handle, new SessionCommit($"{i}", Life) { Remove = ["user"] }, default);
        }

        // It froze the session, and slept.
        await Mover(2).ImportAsync(Session, blob, default);

        Assert.Empty((await LoadAsync(2)).Entries);
    }

    [Fact]
    public async Task Closed_AfterTheStoreOfEntriesWasRead_IsLookedForThereAgain()
    {
        Put("user");
        var late = new LateRead(_blobs);
        var reading = new MovingHome(MovePlay.MoverOf(_entries, late, 1, _time)).LoadAsync(Session, null, default).AsTask();

        // It has read that the store of entries has nothing; then all of the move happens; then it reads the old place.
        await LoadAsync(2);
        late.Go.SetResult();

        Assert.Equal(["user"], (await reading).Entries.Keys);
    }

    [Fact]
    public async Task OldPlace_ThatHangs_FailsInTime_AndIsNotAskedAgainAtOnce()
    {
        var home = new MovingHome(MovePlay.MoverOf(_entries, new LateRead(_blobs), 1, _time));
        for (var i = 0; i < 3; i++)
        {
            var reading = home.LoadAsync(Session, null, default).AsTask();
            await Eventually.True(
                () =>
                {
                    _time.Advance(new SessionStateOptions().Timeout / 4);
                    return reading.IsCompleted;
                },
                "it fails");

            Assert.Contains("did not answer in 0.375 s", (await Assert.ThrowsAsync<SessionStoreException>(() => reading)).Message, StringComparison.Ordinal);
        }

        Assert.Contains("a moment ago", (await Assert.ThrowsAsync<SessionStoreException>(async () => await home.LoadAsync(Session, null, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frozen_ItLivesNoLongerThanWhatItBecame()
    {
        Put("user");
        var blob = await _blobs.ReadAsync("shop:" + Key, default);
        Assert.True(await Mover(2, TimeSpan.FromMinutes(1)).TryFreezeAsync(Session, blob, default));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.False((await LoadAsync(2)).Exists);
    }

    [Fact]
    public async Task Ended_ByItsHandle_ItIsShutByWhoeverMeetsIt_SoThatTheEndOutlivesIt()
    {
        Put("user");
        await _entries.EndAsync(Session.Handle, Life, default);
        Assert.True((await LoadAsync(1)).HasEnded);
        _blobs.Put("shop:" + Key, [2, 0, 0, 0, .. new byte[16]], Life * 2);
        _time.Advance(Life);

        Assert.False((await LoadAsync(1)).Exists);
    }

    [Fact]
    public async Task End_ThatWasCutOff_LeavesNothingThatOthersKeepAliveBeyondItsMemory()
    {
        Put("user");
        var store = new ProbeStore(_time) { LosesAnswers = 2 };
        var home = new MovingHome(MovePlay.MoverOf(store, _blobs, 1, _time));
        await Assert.ThrowsAsync<SessionStoreException>(async () => await home.EndAsync(Session, Life, default));
        _blobs.Put("shop:" + Key, DistributedSessionFormat.Empty().Write(), Life * 2);
        _time.Advance(Life);

        Assert.False((await new MovingHome(MovePlay.MoverOf(store, _blobs, 1, _time)).LoadAsync(Session, null, default)).Exists);
    }

    [Fact]
    public async Task Copied_ForANewKey_WhatOthersWroteMeanwhileIsNotLeftBehind()
    {
        Put("user");
        var renewed = new SessionAddress(Key.Replace('0', '1'), SessionHandle.Of(Key.Replace('0', '1')), isNew: true);
        var home = new MovingHome(Mover(1));
        var state = await home.LoadAsync(Session, null, default);
        await home.CopyAsync(renewed, Commit("copy", state), default);
        var meanwhile = new SessionCommit("other", Life) { Set = new Dictionary<string, ReadOnlyMemory<byte>> { ["late"] = EntryCodec.EncodeRaw("v"u8) } };
        await new MovingHome(Mover(1)).CommitAsync(Session, 1, _ => meanwhile, default);

        Assert.False(await home.TryEndAsync(Session, state.Revision, Life, default));
        state = await home.LoadAsync(Session, null, default);
        await home.CopyAsync(renewed, Commit("again", state), default);
        Assert.True(await home.TryEndAsync(Session, state.Revision, Life, default));

        Assert.Equal(["user", "late"], (await new MovingHome(Mover(1)).LoadAsync(renewed, null, default)).Entries.Keys);
        Assert.True((await LoadAsync(1)).HasEnded);

        static SessionCommit Commit(string id, SessionState state) => new(id, Life) { Clear = true, Set = state.Entries.ToDictionary(e => e.Key, e => e.Value.Data) };
    }

    [Fact]
    public async Task Start_WithoutAnOldPlace_IsRefused()
    {
        await using var test = TestApp.Build(configure: b => b.AddGraceful().AddSession(o => o.MoveFromDistributedSession(2)));
        Assert.Contains("AddRedis()", (await Assert.ThrowsAsync<InvalidOperationException>(() => test.App.StartAsync())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false, "Encrypted()")]
    [InlineData(false, true, "Downcast(1, …)")]
    public async Task Start_WithASchemaThatCannotLieInTheOldPlace_IsRefused(bool encrypted, bool newer, string why)
    {
        await using var refused = Build(1);
        Assert.Contains(why, (await Assert.ThrowsAsync<InvalidOperationException>(() => refused.App.StartAsync())).Message, StringComparison.Ordinal);

        // Where nothing is written there any more, it may.
        await using var taken = Build(2);
        await taken.App.StartAsync();

        TestApp Build(int lowest) => TestApp.Build(configure: b =>
        {
            b.Services.AddSingleton<ISessionBlobStore>(_blobs);
            b.AddGraceful().AddCompatibility(c => c.Contract("session").Supports(lowest, 2)).AddSession(o =>
            {
                o.MoveFromDistributedSession(2);
                var schema = o.AddSchema<Cart>("cart", newer ? 2 : 1);
                _ = encrypted ? schema.Encrypted() : schema.Upcast<Cart>(newer ? 1 : 9, c => c);
            });
        });
    }

    [Fact]
    public void Move_BelowLevelOne_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new SessionStateOptions().MoveFromDistributedSession(0));

    private byte[] Put(string name)
    {
        var format = DistributedSessionFormat.Empty();
        format.Entries[name] = "v"u8.ToArray();
        var data = format.Write();
        _blobs.Put("shop:" + Key, data, Life);
        return data;
    }

    private SessionMover Mover(int level, TimeSpan? absolute = null) => MovePlay.MoverOf(_entries, _blobs, level, _time, absolute);

    private async Task<SessionState> LoadAsync(int level) => await new MovingHome(Mover(level)).LoadAsync(Session, null, default);

    /// <summary>Reads late.</summary>
    private sealed class LateRead(ISessionBlobStore inner) : ISessionBlobStore
    {
        public TaskCompletionSource Go { get; } = new();

        public async ValueTask<SessionBlob> ReadAsync(string key, CancellationToken cancellationToken)
        {
            await Go.Task.WaitAsync(cancellationToken);
            return await inner.ReadAsync(key, cancellationToken);
        }

        public ValueTask<bool> TryWriteAsync(string key, SessionBlob seen, SessionBlobWrite write, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> TryFreezeAsync(string key, SessionBlob seen, TimeSpan longestLife, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> TryCloseAsync(string key, SessionBlob seen, TimeSpan remembrance, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask CloseAsync(string key, TimeSpan remembrance, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask TouchAsync(IReadOnlyCollection<string> keys, TimeSpan more, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
