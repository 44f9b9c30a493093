using CsCheck;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Any order of the steps of two instances that leave sessions in the old place, two that move them, and one that ends the session; some die between two steps, some hear no answer.</summary>
public sealed class SessionMovePropertyTests
{
    private const int Never = 1000;
    private static readonly Gen<int> Sometimes = Gen.Frequency((2, Gen.Const(Never)), (1, Gen.Int[0, 14]));

    private static Gen<MoveActor> Actor(int level) => Gen.Select(
        Gen.OneOf(Gen.Const(MoveOp.Load), Gen.Const(MoveOp.Write), Gen.Const(MoveOp.LoadAndWrite), Gen.Const(MoveOp.Count)).Array[1, 4], Sometimes, Sometimes,
        (ops, dies, loses) => new MoveActor(level, ops, dies, loses));

    private static readonly Gen<(bool Plain, MoveActor[] Actors, int EnderDiesAt, int[] Order)> Plans = Gen.Select(
        Gen.Frequency((3, Gen.Const(true)), (1, Gen.Const(false))),
        Gen.Select(Actor(1), Actor(1), Actor(2), Actor(2), (a, b, c, d) => new[] { a, b, c, d }),
        Gen.Frequency((3, Gen.Const(-1)), (1, Gen.Int[0, 3]), (1, Gen.Const(Never))),
        Gen.Int[0, 1000].Array[60]);

    [Fact]
    public async Task AnyOrder_NoAcknowledgedWriteIsLost_NothingTwice_AndNothingThatEndedComesBack() =>
        await Plans.SampleAsync(async plan => await Task.Run(() => CheckAsync(plan.Plain, plan.Actors, plan.EnderDiesAt, plan.Order)), iter: 3000, threads: 2);

    private static async Task CheckAsync(bool plain, MoveActor[] actors, int enderDiesAt, int[] order)
    {
        var play = new MovePlay();
        if (plain)
        {
            play.PutPlain("plain");
        }

        await play.RunAsync(actors, enderDiesAt < 0 ? null : enderDiesAt, order);

        var last = await play.ReadAsync();
        Assert.True(play.End is not { Acknowledged: true } || !last.Exists, "It has ended, and came back.");
        foreach (var (names, exists, begun) in play.Loaded.Append(([.. last.Entries.Keys], last.Exists, int.MaxValue)))
        {
            Assert.True(play.End is not { Acknowledged: true } end || begun < end.Last || !exists, "It had ended before, and was read.");

            // What an end that was under way took along is gone; what began after its last step is not.
            var counts = play.End is null ? play.Written : exists ? play.Written.Where(w => w.Begun > play.End.Value.Last) : [];
            Assert.Empty(counts.Where(w => w.Acknowledged <= begun && !names.Contains(w.Name)).Select(w => $"{w.Name} was acknowledged at {w.Acknowledged}, and is not read at {begun}"));
        }

        if (play.End is null)
        {
            Assert.InRange(int.Parse(await play.CountAsync(), System.Globalization.CultureInfo.InvariantCulture), play.Counted, play.Counted + play.PerhapsCounted);
        }
        else if (play.End is { Acknowledged: false } && !last.Exists && !last.HasEnded)
        {
            Assert.DoesNotContain(play.Written, w => w.Begun > play.End.Value.Last);
        }
        else if (play.End is { Acknowledged: false } && last.Exists)
        {
            // An end that died has taken all of it or nothing.
            var present = play.Written.Where(w => w.Acknowledged < play.End.Value.First).Select(w => last.Entries.ContainsKey(w.Name)).Distinct();
            Assert.True(present.Count() < 2, "Half of it came back.");
        }
    }
}
