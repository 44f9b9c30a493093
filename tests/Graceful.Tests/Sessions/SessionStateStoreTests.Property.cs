using CsCheck;

namespace Graceful.Tests;

/// <summary>Any steps of several instances at once, held against a model.</summary>
public abstract partial class SessionStateStoreTests
{
    /// <summary>Steps for three instances. An end is rare: nothing comes after it.</summary>
    internal static readonly Gen<(SessionStep Step, int Name, bool Late)[][]> Plans = Gen.Select(
        Gen.Frequency(
            (6, Gen.OneOf(SessionStep.LoadAll, SessionStep.LoadOne, SessionStep.Set, SessionStep.SetTwo, SessionStep.Remove, SessionStep.Swap, SessionStep.Swap, SessionStep.SendAgain)),
            (1, Gen.OneOf(SessionStep.Clear, SessionStep.Crash)),
            (1, Gen.Int[0, 5].Select(i => i == 0 ? SessionStep.End : SessionStep.Swap))),
        Gen.Int[0, 2],
        Gen.Bool).Array[0, 14].Array[3];

    protected virtual int Runs => 1000;

    [Fact]
    public async Task AnySteps_OfSeveralInstances_AreAsIfOneAfterTheOther() => await Plans.SampleAsync(
        async plan =>
        {
            var run = new SessionModelRun(NewSession());
            await run.RunAsync([Store, Another], plan);
            SessionModel.Check(run.Calls);
        },
        iter: Runs,
        threads: 2);

    [Fact]
    public async Task ManyInstances_EachWritesItsOwn_NothingIsLost()
    {
        var stores = new[] { Store, Another };

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
        {
            var loaded = await stores[i % 2].LoadAsync(_session, null, default);
            var result = await stores[i % 2].CommitAsync(_session, Set(($"n{i}", "x")) with { Generation = loaded.Generation, Elapsed = Long }, default);
            Assert.Equal(SessionCommitOutcome.Committed, result.Outcome);
        })));

        Assert.Equal(40, (await LoadAsync()).Entries.Count);
    }
}
