namespace Graceful.Tests;

public abstract partial class FleetStoreConformance
{
    [Fact]
    public async Task Renew_MovesTheEndOfTheLease_AndChangesNothingElse()
    {
        var store = await CreateAsync();
        var state = await InstallAsync(store, ("session", Contract(1, 1, 1)));
        var reply = await store.BeatAsync(Beat("a", 1, acknowledged: 3, known: state.Epoch, info: "{}"), default);
        var before = await store.TakeCensusAsync(default);
        var ends = reply.Now + 3_600_000_000;

        var renewal = await Another(store).RenewAsync("a", ends, default);

        Assert.Equal((true, state.Epoch), (renewal.IsRenewed, renewal.Epoch));
        Assert.Equal(reply.Now + 1_000_000, renewal.NextTicket);
        var record = Assert.Single(await store.ReadMembersAsync(default));
        Assert.Equal(DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(ends), record.LeaseEnds);
        Assert.Equal(("a", One, 3L, true, "{}"), (record.Id, record.Profile, record.Acknowledged, record.IsLive, record.Info));
        var after = await store.TakeCensusAsync(default);
        Assert.Equal((before.Revision, before.State.Credit), (after.Revision, after.State.Credit));
    }

    [Fact]
    public async Task Renew_KeepsAMemberThatWouldHaveExpired()
    {
        var store = await CreateAsync();
        var reply = await store.BeatAsync(Beat("a", 1, lease: Short), default);
        await store.RenewAsync("a", reply.Now + 60_000_000, default);

        await PassAsync(store, Short + Short);

        Assert.Equal(1, Assert.Single((await store.TakeCensusAsync(default)).Groups).Count);
    }

    [Fact]
    public async Task Renew_NeverBack()
    {
        var store = await CreateAsync();
        var reply = await store.BeatAsync(Beat("a", 1), default);

        Assert.False((await store.RenewAsync("a", reply.Now + 1_000_000, default)).IsRenewed);

        var record = Assert.Single(await store.ReadMembersAsync(default));
        Assert.Equal(DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(reply.Now) + Long, record.LeaseEnds);
    }

    [Fact]
    public async Task Renew_OfNobody_TakesNoLease()
    {
        var store = await CreateAsync();

        var renewal = await store.RenewAsync("a", 4_000_000_000_000_000, default);

        Assert.Equal(default, renewal);
        Assert.Empty(await store.ReadMembersAsync(default));
    }

    [Theory]
    [InlineData("left")]
    [InlineData("expired")]
    [InlineData("refused")]
    public async Task Renew_OfOneThatIsGone_DoesNotBringItBack(string how)
    {
        var store = await CreateAsync();
        var state = await InstallAsync(store, ("session", Contract(1, 1, 1)));
        var reply = await store.BeatAsync(Beat("a", 1, known: state.Epoch, lease: how == "expired" ? Short : Long), default);
        switch (how)
        {
            case "left":
                await store.LeaveAsync("a", default);
                break;
            case "expired":
                await PassAsync(store, Short + Short);
                await store.TakeCensusAsync(default);
                break;
            default:
                Assert.Equal(BeatStatus.Incompatible, (await store.BeatAsync(Beat("a", 2, TwoToThree, known: state.Epoch), default)).Status);
                break;
        }

        Assert.False((await store.RenewAsync("a", reply.Now + 3_600_000_000, default)).IsRenewed);

        Assert.Empty((await store.TakeCensusAsync(default)).Groups);
    }

    [Fact]
    public async Task Renew_TellsThatTheStateHasChanged()
    {
        var store = await CreateAsync();
        var reply = await store.BeatAsync(Beat("a", 1), default);
        var state = await InstallAsync(store, ("session", Contract(1, 1, 1)));

        Assert.Equal(state.Epoch, (await store.RenewAsync("a", reply.Now + 3_600_000_000, default)).Epoch);
    }
}
