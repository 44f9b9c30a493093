namespace Graceful.Tests;

/// <summary>How long a session lives, how it ends, and whose it is.</summary>
public abstract partial class SessionStateStoreTests
{
    [Fact]
    public async Task Session_LivesAsLongAsItsLastCommitSays()
    {
        await DoneAsync(Set(("a", "1")) with { TimeToLive = Short });
        await DoneAsync(Set(("b", "1")));
        await PassAsync(Short);
        Assert.Equal("a=1 b=1", Text(await LoadAsync()));

        await DoneAsync(Commit(Short));
        await PassAsync(Short);
        Assert.Equal("False False 0 0 ", Facts(await LoadAsync()));
        Assert.Equal("False False 0 0 ", Facts(await LoadAsync("a")));
    }

    [Fact]
    public async Task Session_LivesFully()
    {
        await DoneAsync(Set(("a", "1")) with { TimeToLive = Long });
        await PassAsync(Short);

        Assert.Equal("a=1", Text(await LoadAsync()));
    }

    [Fact]
    public async Task Age_IsFromTheFirstCommit_AndAClearKeepsIt()
    {
        await DoneAsync(Set(("a", "1")));
        await PassAsync(Short);
        await DoneAsync(Set(("a", "2")));
        await DoneAsync(Commit() with { Clear = true });
        await PassAsync(Short);

        Assert.InRange((await LoadAsync()).Age, Short * 1.9, Long);
        Assert.InRange((await LoadAsync("a")).Age, Short * 1.9, Long);
    }

    [Fact]
    public async Task Session_PastItsAbsoluteLife_IsGone_AndTakesNoMore()
    {
        var loaded = await DoneAsync(Set(("a", "1")) with { AbsoluteTimeToLive = Short });
        await Store.TouchAsync([new SessionTouch(_session, Long, Short)], default);
        await PassAsync(Short);

        Assert.False((await LoadAsync()).Exists);
        await RefusedAsync(SessionCommitOutcome.Ended, Set(("a", "2")) with { Generation = loaded.Generation, AbsoluteTimeToLive = Short });
        await RefusedAsync(SessionCommitOutcome.Ended, Set(("a", "2")) with { Generation = loaded.Generation });
    }

    [Fact]
    public async Task Session_ThatNobodyTouches_LivesNoLongerThanItsAbsoluteLife()
    {
        await DoneAsync(Set(("a", "1")) with { AbsoluteTimeToLive = Short });
        await PassAsync(Short);

        Assert.False((await LoadAsync()).Exists);
    }

    [Fact]
    public async Task Commit_WithAnAbsoluteLifeThatIsOver_IsRefused_ThoughTheSessionWasMadeWithout()
    {
        await DoneAsync(Set(("a", "1")));
        await PassAsync(Short);

        await RefusedAsync(SessionCommitOutcome.Ended, Set(("a", "2")) with { AbsoluteTimeToLive = Short });
        await RefusedAsync(SessionCommitOutcome.Ended, Commit() with { Clear = true, AbsoluteTimeToLive = Short });
        await DoneAsync(Set(("a", "2")) with { AbsoluteTimeToLive = Long });
    }

    [Fact]
    public async Task Touch_Prolongs_AndNeverShortens()
    {
        var (other, missing) = (NewSession(), NewSession());
        await DoneAsync(Set(("a", "1")) with { TimeToLive = Short * 5 });
        await Store.CommitAsync(other, Set(("b", "1")), default);

        await Store.TouchAsync([new SessionTouch(_session, Long, null), new SessionTouch(missing, Long, null), new SessionTouch(other, Short, null)], default);
        await Store.TouchAsync([new SessionTouch(missing, Long, Long), new SessionTouch(other, Short, Long)], default);
        await PassAsync(Short * 6);

        Assert.Equal("a=1", Text(await LoadAsync()));
        Assert.Equal("b=1", Text(await Store.LoadAsync(other, null, default)));
        Assert.False((await Store.LoadAsync(missing, null, default)).Exists);
    }

    [Fact]
    public async Task Touch_WithAnAbsoluteLife_Prolongs_ButNotBeyondIt_AndShortensToIt()
    {
        var (other, over) = (NewSession(), NewSession());
        await DoneAsync(Set(("a", "1")) with { TimeToLive = Short * 5 });
        await Store.CommitAsync(other, Set(("b", "1")), default);
        await Store.CommitAsync(over, Set(("c", "1")), default);
        await PassAsync(TimeSpan.FromMilliseconds(2));

        await Store.TouchAsync([new SessionTouch(_session, Long, Long), new SessionTouch(other, Long, Short * 5), new SessionTouch(over, Long, TimeSpan.FromMilliseconds(1))], default);

        Assert.False((await Another.LoadAsync(over, null, default)).Exists);
        await PassAsync(Short * 6);
        Assert.Equal("a=1", Text(await LoadAsync()));
        Assert.False((await Another.LoadAsync(other, null, default)).Exists);
    }

    [Fact]
    public async Task Touch_OfNone_DoesNothing() => Assert.Null(await Record.ExceptionAsync(async () => await Store.TouchAsync([], default)));

    [Fact]
    public async Task End_TakesTheEntries_AndNoCommitBringsThemBack()
    {
        var loaded = await DoneAsync(Set(("a", "1")));
        Assert.True(await Another.EndAsync(_session, Long, default));

        Assert.Equal("False True 0 0 ", Facts(await LoadAsync()));
        Assert.Equal("False True 0 0 ", Facts(await LoadAsync("a")));
        await RefusedAsync(SessionCommitOutcome.Ended, Set(("a", "2")));
        await RefusedAsync(SessionCommitOutcome.Ended, Set(("a", "2")) with { Generation = loaded.Generation });
        await RefusedAsync(SessionCommitOutcome.Ended, Set(("a", "2")) with { Clear = true });
        await Store.TouchAsync([new SessionTouch(_session, Long, null), new SessionTouch(_session, Long, Long)], default);
        Assert.Equal("False True 0 0 ", Facts(await LoadAsync()));
    }

    [Fact]
    public async Task TryEnd_EndsTheSessionThatWasRead_AndNoOther()
    {
        Assert.False(await Store.TryEndAsync(_session, 0, Long, default));
        var first = await DoneAsync(Set(("a", "1")));
        var second = await DoneAsync(Set(("b", "2")));

        Assert.False(await Store.TryEndAsync(_session, first.Revision, Long, default));
        Assert.Equal(2, (await LoadAsync()).Entries.Count);

        Assert.True(await Store.TryEndAsync(_session, second.Revision, Long, default));
        await RefusedAsync(SessionCommitOutcome.Ended, Set(("a", "2")));
        Assert.False(await Store.TryEndAsync(_session, second.Revision, Long, default));
    }

    [Fact]
    public async Task End_OfWhatIsNotThere_OrHasEnded_IsFalse_AndIsRememberedAllTheSame()
    {
        Assert.False(await Store.EndAsync(_session, Long, default));
        Assert.False(await Store.EndAsync(_session, Long, default));

        await RefusedAsync(SessionCommitOutcome.Ended, Set(("a", "1")));
    }

    [Fact]
    public async Task End_AppliedCommitSentAgain_IsEnded()
    {
        var sent = Set(("a", "1"));
        await DoneAsync(sent);
        await Store.EndAsync(_session, Long, default);

        await RefusedAsync(SessionCommitOutcome.Ended, sent);
    }

    [Fact]
    public async Task End_IsForgottenAfterItsTime_AndWhatWasLoadedStaysGone()
    {
        var loaded = await DoneAsync(Set(("a", "1")));
        await Store.EndAsync(_session, Short, default);
        await PassAsync(Short);

        Assert.False((await LoadAsync()).HasEnded);
        await RefusedAsync(SessionCommitOutcome.Ended, Set(("a", "2")) with { Generation = loaded.Generation });
        await DoneAsync(Set(("b", "1")));
    }

    [Fact]
    public async Task End_Again_NeverShortensTheRemembrance()
    {
        await Store.EndAsync(_session, Long, default);
        await Store.EndAsync(_session, Short, default);
        await PassAsync(Short);

        Assert.True((await LoadAsync()).HasEnded);
    }

    [Fact]
    public async Task Sessions_AreSeparate()
    {
        var other = NewSession();
        await DoneAsync(Set(("a", "1")));
        await Store.EndAsync(other, Long, default);

        Assert.Equal("a=1", Text(await LoadAsync()));
    }

    [Fact]
    public async Task Users_HaveTheSessionsNotedForThem()
    {
        var (user, other) = ($"user {Guid.NewGuid():N}", $"other {Guid.NewGuid():N}");
        var (second, brief) = (NewSession(), NewSession());
        await Store.BindAsync(user, _session, Long, default);
        await Store.BindAsync(user, second, Long, default);
        await Store.BindAsync(user, brief, Short, default);
        await Store.BindAsync(other, brief, Short, default);
        Assert.Equal(Sorted(_session, second, brief), Sorted(await Another.ListAsync(user, default)));

        await Store.BindAsync(other, brief, Long, default);
        await PassAsync(Short);

        Assert.Equal(Sorted(_session, second), Sorted(await Another.ListAsync(user, default)));
        Assert.Equal(Sorted(brief), Sorted(await Another.ListAsync(other, default)));
        await Store.UnbindAsync(user, second, default);
        await Store.UnbindAsync(user, NewSession(), default);
        Assert.Equal(Sorted(_session), Sorted(await Another.ListAsync(user, default)));
        await Store.UnbindAsync(user, _session, default);
        Assert.Empty(await Another.ListAsync(user, default));

        static IEnumerable<string> Sorted(params IReadOnlyList<SessionHandle> sessions) => sessions.Select(s => s.Value).Order(StringComparer.Ordinal);
    }
}
