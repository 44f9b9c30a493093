using CsCheck;

namespace Graceful.Tests;

/// <summary>How somebody asks the instance to leave.</summary>
internal enum Ask
{
    Signal,
    StopApplication,
    DrainByApi,
    HostStop,
}

/// <summary>How a participant behaves.</summary>
internal enum FlushManner
{
    Completes,
    Throws,
    ThrowsLater,
    CancelsItself,
    Hangs,
    HangsDeafly,
}

/// <summary>Something asked at a step.</summary>
internal sealed record Asked(Ask Ask, int At);

/// <summary>A request, stream, connection or tracked work. With no end it stays until it is told or cut.</summary>
internal sealed record Arrival(DrainHolderKind Kind, int At, int? Lasts, bool EndsWhenTold, bool EndsWhenCut);

internal sealed record Flush(int Order, int Limit, FlushManner Manner, int Takes);

/// <summary>
/// One random life of an instance from Ready on. All times are steps of <see cref="TestClock.Step"/>, small enough that thousands of them
/// take seconds.
/// </summary>
internal sealed record DrainSchedule(
    int Propagation, int Minimum, int Quiet, int Grace, int Reserve, int Slack, InstancePhase Phase, int ReadyFor, int Served, bool Active,
    IReadOnlyList<Arrival> Arrivals, IReadOnlyList<Asked> Asks, IReadOnlyList<Flush> Flushes)
{
    private static readonly Gen<int?> Lasting = Gen.Frequency((4, Gen.Int[0, 200].Select(i => (int?)i)), (1, Gen.Const((int?)null)));

    private static readonly Gen<Arrival> AnyArrival = Gen.Select(
        Gen.OneOf(DrainHolderKind.Request, DrainHolderKind.Request, DrainHolderKind.Stream, DrainHolderKind.Connection, DrainHolderKind.Work),
        Gen.Int[0, 300], Lasting, Gen.Bool, Gen.Frequency((4, true), (1, false)),
        (kind, at, lasts, told, cut) => new Arrival(kind, at, lasts, told, cut));

    private static readonly Gen<Asked> AnyAsk = Gen.Select(
        Gen.OneOf(Ask.Signal, Ask.Signal, Ask.Signal, Ask.StopApplication, Ask.DrainByApi, Ask.HostStop), Gen.Int[0, 200], (ask, at) => new Asked(ask, at));

    private static readonly Gen<Flush> AnyFlush = Gen.Select(
        Gen.Int[0, 2], Gen.Int[1, 120], Gen.Enum<FlushManner>(), Gen.Int[0, 100], (order, limit, manner, takes) => new Flush(order, limit, manner, takes));

    private static readonly Gen<(int Propagation, int Minimum, int Quiet, int Grace, int Reserve, int Slack)> Times = Gen.Select(
        Gen.Frequency((1, Gen.Const(0)), (5, Gen.Int[1, 120])), Gen.Int[0, 140], Gen.Int[0, 40], Gen.Int[0, 80], Gen.Int[40, 80], Gen.Int[0, 120]);

    private static readonly Gen<(InstancePhase Phase, int ReadyFor, int Served, bool Active)> Pasts = Gen.Select(
        Gen.Frequency((8, InstancePhase.Ready), (1, InstancePhase.WarmingUp), (1, InstancePhase.Starting)),
        Gen.Int[0, 2000], Gen.Frequency((1, Gen.Const(0)), (2, Gen.Int[1, 500])), Gen.Frequency((8, true), (1, false)));

    public static readonly Gen<DrainSchedule> Any = Gen.Select(
        Times, Pasts, AnyArrival.Array[0, 12], AnyAsk.Array[1, 6], AnyFlush.Array[0, 4],
        (times, past, arrivals, asks, flushes) => new DrainSchedule(
            times.Propagation, times.Minimum, times.Quiet, times.Grace, times.Reserve, times.Slack,
            past.Phase, past.ReadyFor, past.Served, past.Active, arrivals, asks, flushes));

    public DrainOptions ToOptions() => new()
    {
        PropagationDelay = Propagation * TestClock.Step,
        MinimumPropagation = Minimum * TestClock.Step,
        QuietPeriod = Quiet * TestClock.Step,
        StreamGrace = Grace * TestClock.Step,
        FlushReserve = Reserve * TestClock.Step,
        Budget = (Propagation + Grace + Reserve + Slack) * TestClock.Step,
    };

    public override string ToString() =>
        $"propagation {Propagation} minimum {Minimum} quiet {Quiet} grace {Grace} reserve {Reserve} slack {Slack}; " +
        $"{Phase} for {ReadyFor}, served {Served}, {(Active ? "active" : "not active")}\n  {string.Join("\n  ", Asks.OrderBy(a => a.At))}\n  " +
        $"{string.Join("\n  ", Arrivals.OrderBy(a => a.At))}\n  {string.Join("\n  ", Flushes)}";
}
