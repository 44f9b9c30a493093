using System.Globalization;
using CsCheck;

namespace Graceful.Tests;

/// <summary>What befalls a simulated fleet.</summary>
internal enum Blow
{
    Start,
    Leave,
    Crash,
    Cut,
    Deafen,
    Delay,
    Repeat,
    Freeze,
    Dawdle,
    Linger,
    Flush,
    FailOver,
    TurnClock,
    Activate,
    Cancel,
    Retreat,
    Retire,
    Pin,
    Unpin,
}

/// <summary>One event, and how many seconds pass after it.</summary>
internal readonly record struct Event(Blow Blow, int Slot, int Amount, int Wait)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Blow}({Slot},{Amount}) +{Wait}");
}

/// <summary>
/// One random life of a fleet of up to <see cref="Slots"/> instances. All times are seconds, small enough that a hundred thousand lives take a minute, and in the proportions that the product
/// demands of its own.
/// </summary>
internal sealed record FleetHistory(int Beginning, int Retention, Event[] Events)
{
    public const int Slots = 4;

    public static readonly Gen<FleetHistory> Any = Of(
        (6, Blow.Start), (2, Blow.Leave), (3, Blow.Crash), (4, Blow.Cut), (2, Blow.Deafen), (3, Blow.Delay), (1, Blow.Repeat), (3, Blow.Freeze), (2, Blow.Dawdle), (3, Blow.Linger), (1, Blow.Flush),
        (3, Blow.FailOver), (1, Blow.TurnClock), (4, Blow.Activate), (2, Blow.Cancel), (3, Blow.Retreat), (2, Blow.Retire), (1, Blow.Pin), (1, Blow.Unpin));

    /// <summary>Histories in which the store loses what it knows again and again.</summary>
    public static readonly Gen<FleetHistory> Forgetful = Of(
        (4, Blow.Start), (1, Blow.Leave), (3, Blow.Crash), (4, Blow.Cut), (2, Blow.Delay), (2, Blow.Freeze), (1, Blow.Dawdle), (4, Blow.Flush), (6, Blow.FailOver), (5, Blow.Activate),
        (2, Blow.Cancel), (4, Blow.Retreat), (1, Blow.Retire));

    public override string ToString() => $"beginning {Beginning}, retention {Retention} s\n  {string.Join("\n  ", Events)}";

    private static Gen<FleetHistory> Of(params (int Weight, Blow Blow)[] blows)
    {
        var lots = blows.SelectMany(b => Enumerable.Repeat(b.Blow, b.Weight)).ToArray();
        var wait = Gen.OneOf(Gen.Int[0, 3], Gen.Int[0, 8], Gen.Int[8, 28]);
        var events = Gen.Select(Gen.Int[0, lots.Length - 1], Gen.Int[0, Slots - 1], Gen.Int[0, 40], wait, (b, s, a, w) => new Event(lots[b], s, a, w));
        return Gen.Select(Gen.Int[0, SimulatedBuild.Beginnings - 1], Gen.Int[0, 3], events.Array[0, 22], (b, r, e) => new FleetHistory(b, r switch { 3 => 14, 2 => 6, _ => 0 }, e));
    }
}
