namespace Graceful.Tests;

/// <summary>Commits that come too late, or twice, or against another one.</summary>
public abstract partial class SessionStateStoreTests
{
    [Fact]
    public async Task MustBeNew_OfASessionThatIsThere_IsAConflict_AlsoWhenItIsEmpty()
    {
        var import = Set(("a", "1")) with { MustBeNew = true };
        var first = await DoneAsync(import);
        Assert.Equal(first, await DoneAsync(import));
        for (var i = 0; i < 5; i++)
        {
            await DoneAsync(Commit() with { Clear = true });
        }

        await RefusedAsync(SessionCommitOutcome.Conflict, import);
        await RefusedAsync(SessionCommitOutcome.Conflict, Set(("b", "1")) with { MustBeNew = true });
        await Store.EndAsync(_session, Long, default);
        await RefusedAsync(SessionCommitOutcome.Ended, import);
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.CommitAsync(_session, import with { Generation = 1 }, default));
    }

    [Fact]
    public async Task Expect_OfARevisionThatIsStillThere_Commits()
    {
        var first = await DoneAsync(Set(("a", "1")));
        await DoneAsync(Set(("b", "1")));

        await DoneAsync(Set(("a", "2"), ("c", "1")) with { Expect = new Dictionary<string, long> { ["a"] = first.Revision, ["c"] = 0 } });

        Assert.Equal("a=2 b=1 c=1", Text(await LoadAsync()));
    }

    [Fact]
    public async Task Expect_OfAnotherRevision_IsAConflict_AndChangesNothing()
    {
        var first = await DoneAsync(Set(("a", "1")));
        await DoneAsync(Set(("a", "2"), ("b", "1")));

        await RefusedAsync(SessionCommitOutcome.Conflict, Set(("a", "3"), ("c", "3")) with { Expect = new Dictionary<string, long> { ["b"] = first.Revision + 1, ["a"] = first.Revision } });
        await RefusedAsync(SessionCommitOutcome.Conflict, Commit() with { Clear = true, Expect = new Dictionary<string, long> { ["a"] = 0 } });
        await RefusedAsync(SessionCommitOutcome.Conflict, Commit() with { Remove = ["b"], Expect = new Dictionary<string, long> { ["c"] = 5 } });
    }

    [Fact]
    public async Task Expect_OfAnEntryThatWasRemovedMeanwhile_IsAConflict_AlsoWhenItCameBack()
    {
        var first = await DoneAsync(Set(("a", "1")));
        await DoneAsync(Commit() with { Remove = ["a"] });
        var late = Set(("a", "2")) with { Expect = new Dictionary<string, long> { ["a"] = first.Revision } };

        await RefusedAsync(SessionCommitOutcome.Conflict, late);
        await DoneAsync(Set(("a", "3")));
        await RefusedAsync(SessionCommitOutcome.Conflict, late);
    }

    [Fact]
    public async Task Expect_OfASessionThatIsNotThere()
    {
        await RefusedAsync(SessionCommitOutcome.Conflict, Set(("a", "1")) with { Expect = new Dictionary<string, long> { ["a"] = 1 } });
        await DoneAsync(Set(("a", "1")) with { Expect = new Dictionary<string, long> { ["a"] = 0 } });
    }

    [Fact]
    public async Task Commit_SentAgain_IsAppliedOnce_AndAnswersTheSame()
    {
        var sent = Set(("a", "1"));
        var first = await DoneAsync(sent);
        await DoneAsync(Set(("a", "2")));
        await DoneAsync(Set(("b", "2")));
        await DoneAsync(Set(("c", "2")));

        Assert.Equal(first, await Another.CommitAsync(_session, sent, default));

        Assert.Equal("a=2 b=2 c=2", Text(await LoadAsync()));
        Assert.Equal(first.Revision + 3, (await LoadAsync()).Revision);
    }

    [Fact]
    public async Task Commit_SentAgain_AfterAClear_AnswersTheSame()
    {
        var clear = Set(("user", "x")) with { Clear = true, Generation = (await DoneAsync(Set(("a", "1")))).Generation };
        var first = await DoneAsync(clear);
        var second = await DoneAsync(Commit() with { Clear = true });

        Assert.Equal(first, await Store.CommitAsync(_session, clear, default));
        Assert.Equal((2, 3), (first.Generation, second.Generation));
        Assert.Equal("", Text(await LoadAsync()));
    }

    [Fact]
    public async Task Commit_SentAgain_AfterAsManyAsAreRemembered_IsApplied()
    {
        // The limit is told of, so it is held against what happens.
        var sent = Set(("a", "1"));
        await DoneAsync(sent);
        for (var i = 1; i < SessionCommit.RememberedCommits; i++)
        {
            await DoneAsync(Set(("a", "2")));
        }

        await DoneAsync(sent);
        Assert.Equal("a=2", Text(await LoadAsync()));
        await DoneAsync(Set(("a", "2")));
        await DoneAsync(sent);
        Assert.Equal("a=1", Text(await LoadAsync()));
    }

    [Fact]
    public async Task Commit_ThatWasRefused_MayBeSentAgain_AndIsJudgedAnew()
    {
        var sent = Set(("a", "1")) with { Expect = new Dictionary<string, long> { ["b"] = 0 } };
        await DoneAsync(Set(("b", "1")));
        await RefusedAsync(SessionCommitOutcome.Conflict, sent);
        await DoneAsync(Commit() with { Remove = ["b"] });

        await DoneAsync(sent);
    }

    [Fact]
    public async Task Clear_RemovesWhatWasBefore_AndKeepsWhatItSets()
    {
        var first = await DoneAsync(Set(("a", "1"), ("b", "1")));
        var clear = await DoneAsync(Set(("b", "2"), ("c", "2")) with { Clear = true });

        Assert.Equal("b=2 c=2", Text(await LoadAsync()));
        Assert.Equal((first.Revision + 1, first.Generation + 1), (clear.Revision, clear.Generation));
        await DoneAsync(Set(("d", "3")) with { Generation = clear.Generation });
    }

    [Fact]
    public async Task Commit_OfAGenerationBeforeTheClear_IsRefused()
    {
        var loaded = await DoneAsync(Set(("a", "1")));
        await DoneAsync(Commit() with { Clear = true });

        await RefusedAsync(SessionCommitOutcome.Cleared, Set(("a", "2")) with { Generation = loaded.Generation });
        await RefusedAsync(SessionCommitOutcome.Cleared, Set(("user", "x")) with { Generation = loaded.Generation, Clear = true });
    }

    [Fact]
    public async Task Commit_OfARequestThatBeganBeforeTheClear_IsRefused_AndOfALaterOneTaken()
    {
        await DoneAsync(Set(("a", "1")));
        await PassAsync(TimeSpan.FromMilliseconds(1));
        await DoneAsync(Commit() with { Clear = true });
        await PassAsync(TimeSpan.FromMilliseconds(1));

        await RefusedAsync(SessionCommitOutcome.Cleared, Set(("a", "2")) with { Elapsed = Long });
        await RefusedAsync(SessionCommitOutcome.Cleared, Set(("a", "2")) with { Elapsed = Long, Generation = 0 });
        await DoneAsync(Set(("a", "3")));
        await DoneAsync(Set(("a", "4")) with { Elapsed = TimeSpan.FromTicks(TimeSpan.TicksPerMicrosecond) });
    }

    [Fact]
    public async Task Commit_ThatLoadedBeforeTheSessionWasMade_IsTaken()
    {
        await DoneAsync(Set(("a", "1")) with { Generation = 0, Elapsed = Long });
        await DoneAsync(Set(("b", "1")) with { Generation = 0, Elapsed = Long });

        Assert.Equal("a=1 b=1", Text(await LoadAsync()));
    }

    [Fact]
    public async Task Clear_OfASessionThatIsNotThere_RefusesWhatBeganBefore()
    {
        await PassAsync(TimeSpan.FromMilliseconds(1));
        await DoneAsync(Commit() with { Clear = true });

        await RefusedAsync(SessionCommitOutcome.Cleared, Set(("a", "1")) with { Elapsed = Long });
    }

    [Fact]
    public async Task Commit_OfWhatWasLoadedAndHasGone_BeginsNothingAnew()
    {
        var loaded = await DoneAsync(Set(("user", "x")) with { TimeToLive = Short });
        await PassAsync(Short);

        await RefusedAsync(SessionCommitOutcome.Ended, Set(("cart", "1")) with { Generation = loaded.Generation });
        var anew = await DoneAsync(Set(("cart", "1")));
        Assert.Equal("cart=1", Text(await LoadAsync()));
        Assert.Equal(1, anew.Generation);
    }
}
