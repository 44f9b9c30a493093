namespace Graceful.Tests;

/// <summary>Which renewals are short, and when one is sent in full after all.</summary>
public class QuietRenewalTests
{
    private const long StoreNow = 1_790_000_000_000_000;
    private static readonly FleetBeat Said = new("a", 7, "session 1 2 2 - 0", 5, 5, true, false, TimeSpan.FromSeconds(20), null);
    private static readonly BeatReply Heard = new(BeatStatus.Held, 5, null, StoreNow, true, 100, -1, false);
    private static readonly TimeSpan Sent = TimeSpan.FromSeconds(1000);
    private static readonly TimeSpan Now = Sent + TimeSpan.FromSeconds(5);
    private static readonly FleetBeat Next = Said with { Sequence = 8 };
    private static readonly RenewalReply Renewed = new(true, 5, StoreNow + 5_000_001);

    public static TheoryData<string, FleetBeat> News => new()
    {
        { "another epoch is acknowledged", Next with { Acknowledged = 6 } },
        { "another state is known", Next with { KnownEpoch = 6 } },
        { "another profile", Next with { Profile = "session 1 3 3 - 0" } },
        { "it serves no more", Next with { IsServing = false } },
        { "it wants to withdraw", Next with { WantsWithdrawal = true } },
        { "another lease", Next with { Lease = TimeSpan.FromSeconds(30) } },
        { "other info", Next with { Info = "{}" } },
        { "another instance", Next with { Id = "b" } },
    };

    public static TheoryData<string, BeatReply> Troubles => new()
    {
        { "refused", Heard with { Status = BeatStatus.Incompatible } },
        { "no state", Heard with { Status = BeatStatus.NoState } },
        { "stale", Heard with { Status = BeatStatus.Stale } },
        { "the info is missing", Heard with { NeedsInfo = true } },
        { "a small fleet", Heard with { Live = 99 } },
        { "another epoch", Heard with { Epoch = 6 } },
    };

    public static TheoryData<string, RenewalReply> Reasons => new()
    {
        { "no lease", Renewed with { IsRenewed = false } },
        { "another epoch", Renewed with { Epoch = 6 } },
        { "the store forgot", Renewed with { Epoch = 0 } },
        { "a ticket is due", Renewed with { NextTicket = StoreNow + 5_000_000 } },
        { "the store's clock was turned on", Renewed with { NextTicket = StoreNow + 7_000_001 } },
    };

    [Fact]
    public void NothingNew_MovesTheEndOfTheLease_AndAnswersAsTheBeatWould()
    {
        var quiet = After(Said, Heard);

        Assert.Equal(StoreNow + 25_000_000, quiet.Begin(Next, Now));
        Assert.Equal(Heard with { Now = StoreNow + 5_000_000, MayDecide = false }, quiet.End(Renewed, Now));
    }

    [Fact]
    public void TheBeatThatToldTheStateAndTheInfo_IsGoodForTheNext()
    {
        var state = new FleetState { Epoch = 5 };
        var quiet = After(Said with { KnownEpoch = 4, Info = "{}" }, Heard with { State = state });

        Assert.NotNull(quiet.Begin(Next, Now));
        Assert.Null(quiet.End(Renewed, Now)!.State);
    }

    [Fact]
    public void AtFirst_ItIsABeat() => Assert.Null(new QuietRenewal().Begin(Next, Now));

    [Theory]
    [MemberData(nameof(News))]
    public void SomethingToSay_IsABeat(string why, FleetBeat beat) => Assert.True(After(Said, Heard).Begin(beat, Now) is null, why);

    [Theory]
    [MemberData(nameof(Troubles))]
    public void AfterAnAnswerThatIsNotTheUsual_ItIsABeat(string why, BeatReply reply) => Assert.True(After(Said, reply).Begin(Next, Now) is null, why);

    [Fact]
    public void AfterOneThatWantedToWithdraw_ItIsABeat() => Assert.Null(After(Said with { WantsWithdrawal = true }, Heard).Begin(Next, Now));

    /// <summary>Its place in the line changes when others leave.</summary>
    [Fact]
    public void WhileItWantsToWithdraw_EachIsABeat() => Assert.Null(After(Said with { WantsWithdrawal = true }, Heard).Begin(Next with { WantsWithdrawal = true }, Now));

    [Theory]
    [MemberData(nameof(Reasons))]
    public void SomethingToHear_IsABeatAfterAll(string why, RenewalReply renewal)
    {
        var quiet = After(Said, Heard);
        quiet.Begin(Next, Now);

        Assert.True(quiet.End(renewal, Now) is null, why);
    }

    [Fact]
    public void AfterAFailure_ItIsABeat()
    {
        var quiet = After(Said, Heard);
        quiet.Forget();

        Assert.Null(quiet.Begin(Next, Now));
    }

    [Fact]
    public void NowAndThen_ItIsABeat()
    {
        var quiet = After(Said, Heard);

        Assert.NotNull(quiet.Begin(Next, Sent + QuietRenewal.LongestQuiet - TimeSpan.FromTicks(1)));
        Assert.Null(quiet.Begin(Next, Sent + QuietRenewal.LongestQuiet));
    }

    private static QuietRenewal After(FleetBeat beat, BeatReply reply)
    {
        var quiet = new QuietRenewal();
        quiet.Answered(beat, reply, Sent);
        return quiet;
    }
}
