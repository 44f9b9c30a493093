namespace Graceful;

/// <summary>
/// The transitions of one contract. A level is written only after a fence: first the window is widened so that nobody can join who cannot read it, then everybody is waited for, then it is
/// written. The window narrows only when nobody can write the old level any more and what was written is gone.
/// <code>
///   Stable → Baking → Raising ──→ Committing → Settling ─→ Confirming → Stable
///      │                 └→ Cancelling ───────────────────────↑  ↑
///      │                                         ↓ (retreat)  │  │
///      └──→ Lowering ─────────────→ Committing → Shrinking ───┘  │
///               └→ Cancelling ───────────────────────────────────┘
/// </code>
/// </summary>
internal static class ContractTransitions
{
    /// <summary>The next state of a contract, or null when it stays.</summary>
    public static ContractState? Next(ContractState c, in Situation s) => c.Mode switch
    {
        LevelMode.Stable => Stable(c, s),
        LevelMode.Baking => Baking(c, s),
        LevelMode.Raising => Raising(c, s),
        LevelMode.Lowering => Lowering(c, s),
        LevelMode.Committing => c.High > c.Active ? CommittingUp(c, s) : CommittingDown(c, s),
        LevelMode.Settling or LevelMode.Shrinking => Retaining(c, s),
        LevelMode.Cancelling => Cancelling(c, s),
        LevelMode.Confirming => Confirming(c, s),
        _ => null, // Of a later version of this machine: unknown is left alone.
    };

    /// <summary>How long a step waits for the store's replicas (<see cref="ContractMachine.ReplicationWait"/>); never longer than V, which a development profile makes short.</summary>
    public static TimeSpan Replicated(TimeSpan exclusionWait) => exclusionWait < ContractMachine.ReplicationWait ? exclusionWait : ContractMachine.ReplicationWait;

    /// <summary>Whether the fleet could go to the level above: every member reads it and lets it be activated, and nobody holds the level.</summary>
    public static bool CanRaise(ContractState c, in ContractNeeds needs) => !c.Pinned && c.Active < needs.LowestCeiling;

    /// <summary>Whether the fleet could go to the level below.</summary>
    public static bool CanLower(ContractState c, in ContractNeeds needs) => c.Active > 0 && needs.HighestMin < c.Active;

    private static ContractState? Stable(ContractState c, in Situation s)
    {
        if (c.Request == LevelRequest.Retreat && CanLower(c, s.Needs))
        {
            return Lower(c, s);
        }

        if (CanRaise(c, s.Needs))
        {
            if (c.Request == LevelRequest.Activate)
            {
                return Raise(c, s);
            }

            if (!s.Needs.Manual)
            {
                return Enter(c, LevelMode.Baking, s) with { Request = LevelRequest.None };
            }
        }

        return Keep(c);
    }

    private static ContractState? Baking(ContractState c, in Situation s)
    {
        if (c.Request == LevelRequest.Retreat && CanLower(c, s.Needs))
        {
            return Lower(c, s);
        }

        if (!CanRaise(c, s.Needs) || (s.Needs.Manual && c.Request != LevelRequest.Activate))
        {
            return Enter(c, LevelMode.Stable, s) with { Request = LevelRequest.None };
        }

        return c.Request == LevelRequest.Activate || s.Elapsed(c) >= s.Bake ? Raise(c, s) : Keep(c);
    }

    // Two steps: the level is fenced in here, and written only when whoever cannot read it, and was not heard of, has fenced itself and finished (V), and every member knows the fence and has no
    // operation of before it (acks). One level at a time, so that a build that reads two levels never meets three.
    private static ContractState Raise(ContractState c, in Situation s) => Fence(c, LevelMode.Raising, s) with
    {
        High = c.Active + 1,
        PriorHigh = c.Active + 1,
        Retention = s.Needs.Retention,
        RetainManually = s.Needs.RetainManually,
        Request = LevelRequest.None,
    };

    private static ContractState Lower(ContractState c, in Situation s) => Fence(c, LevelMode.Lowering, s) with
    {
        Low = c.Active - 1,
        PriorLow = c.Active - 1,
        Retention = s.Needs.Retention,
        RetainManually = s.Needs.RetainManually,
        Request = LevelRequest.None,
    };

    private static ContractState? Raising(ContractState c, in Situation s)
    {
        if (c.Request == LevelRequest.Cancel || !CanRaise(c, s.Needs))
        {
            return Fence(c, LevelMode.Cancelling, s) with { Request = LevelRequest.None };
        }

        // The rest of V is waited for in Committing.
        return s.Elapsed(c) >= s.Wait - Replicated(s.Wait) && s.IsAcknowledged(c) ? Enter(c, LevelMode.Committing, s) with { Request = LevelRequest.None } : Keep(c);
    }

    private static ContractState? Lowering(ContractState c, in Situation s)
    {
        if (c.Request == LevelRequest.Cancel || !CanLower(c, s.Needs))
        {
            return Fence(c, LevelMode.Cancelling, s) with { Request = LevelRequest.None };
        }

        return s.Elapsed(c) >= s.Wait - Replicated(s.Wait) && s.IsAcknowledged(c) ? Enter(c, LevelMode.Committing, s) with { Request = LevelRequest.None } : Keep(c);
    }

    private static ContractState? CommittingUp(ContractState c, in Situation s)
    {
        if (c.Request == LevelRequest.Cancel || !CanRaise(c, s.Needs))
        {
            // Perhaps this mode is here for the second time, after a failover that lost the next one, and the level above has been written: leave it only as if it had been.
            return Retain(c, LevelMode.Shrinking, s);
        }

        return s.Elapsed(c) >= Replicated(s.Wait) && s.IsAcknowledged(c) ? Retain(c, LevelMode.Settling, s) with { Active = c.Active + 1 } : Keep(c);
    }

    private static ContractState? CommittingDown(ContractState c, in Situation s)
    {
        if (c.Request == LevelRequest.Cancel || !CanLower(c, s.Needs))
        {
            return Retain(c, LevelMode.Settling, s); // As above.
        }

        return s.Elapsed(c) >= Replicated(s.Wait) && s.IsAcknowledged(c) ? Retain(c, LevelMode.Shrinking, s) with { Active = c.Active - 1 } : Keep(c);
    }

    private static ContractState? Retaining(ContractState c, in Situation s)
    {
        var retreats = c is { Request: LevelRequest.Retreat, Mode: LevelMode.Settling } && c.Low < c.Active && CanLower(c, s.Needs);
        if (c.Request != LevelRequest.None && c.Request != LevelRequest.Retire && !retreats)
        {
            return Keep(c);
        }

        // The level below is still in the window. But where that was put together from memories, V must pass as for a fence; and a retreat that a failover loses must not find a window that goes on
        // narrowing.
        if (retreats)
        {
            return c.Fence == 0 || (s.Elapsed(c) >= s.Wait - Replicated(s.Wait) && s.IsAcknowledged(c)) ? Fence(c, LevelMode.Committing, s) with { Request = LevelRequest.None } : null;
        }

        // First the writers: until V an instance that was not heard of may still write at the other level, and until its acknowledgement one that was. Then (Fence 0) what they have written.
        var alone = c.Fence == 0;
        if (!alone && (s.Elapsed(c) < s.Wait || !s.IsAcknowledged(c)))
        {
            return null;
        }

        // A jump of the clock must not pass for the end of a retention either; V has room for one, a retention has not.
        var isGone = c.Retention == TimeSpan.Zero || (alone && s.Elapsed(c) >= c.Retention + FleetState.MaxCredit);
        if (c.Request == LevelRequest.Retire || (!c.RetainManually && isGone))
        {
            return Narrow(c, s);
        }

        return alone ? null : Enter(c, c.Mode, s) with { Fence = 0 };
    }

    // Nothing was written beyond the active level, but members and stores must agree on that before the window says so: the same wait as for a raise.
    private static ContractState? Cancelling(ContractState c, in Situation s) => s.Elapsed(c) >= s.Wait && s.IsAcknowledged(c) ? Narrow(c, s) : Keep(c);

    // The edges of before stay in what a joining instance must cover: a failover may bring them back, and the instance would be inside a window that it does not cover.
    private static ContractState Narrow(ContractState c, in Situation s) => Fence(c, LevelMode.Confirming, s) with
    {
        PriorLow = c.Low,
        PriorHigh = c.High,
        Low = c.Active,
        High = c.Active,
        Retention = TimeSpan.Zero,
        RetainManually = false,
        Request = LevelRequest.None,
    };

    private static ContractState? Confirming(ContractState c, in Situation s)
    {
        if (s.Elapsed(c) >= Replicated(s.Wait) && s.IsAcknowledged(c))
        {
            return Enter(c, LevelMode.Stable, s) with { PriorLow = c.Low, PriorHigh = c.High };
        }

        return c.Request is LevelRequest.Activate or LevelRequest.Retreat ? null : Keep(c); // Those wait for Stable, which is near.
    }

    private static ContractState Enter(ContractState c, LevelMode mode, in Situation s) => c with { Mode = mode, Since = s.Latest };

    private static ContractState Fence(ContractState c, LevelMode mode, in Situation s) => c with { Mode = mode, Since = s.Latest, Fence = s.Epoch };

    private static ContractState Retain(ContractState c, LevelMode mode, in Situation s) => Fence(c, mode, s) with
    {
        Retention = ContractMachine.Longer(c.Retention, s.Needs.Retention),
        RetainManually = c.RetainManually || s.Needs.RetainManually,
        Request = LevelRequest.None,
    };

    // A request that the mode cannot follow is void: it must not wait for a day when nobody remembers it.
    private static ContractState? Keep(ContractState c) => c.Request == LevelRequest.None ? null : c with { Request = LevelRequest.None };
}

/// <summary>What a transition is decided by.</summary>
/// <param name="Credit">The store's credited time.</param>
/// <param name="Epoch">The epoch of the state that comes out.</param>
/// <param name="Latest">The most that <paramref name="Credit"/> can be by now: waits begin here.</param>
/// <param name="Wait">V.</param>
/// <param name="Bake">The bake time.</param>
/// <param name="Acknowledged">The epoch that every live member has acknowledged.</param>
/// <param name="Needs">What the members say of the contract.</param>
internal readonly record struct Situation(TimeSpan Credit, TimeSpan Latest, long Epoch, TimeSpan Wait, TimeSpan Bake, long Acknowledged, ContractNeeds Needs)
{
    public TimeSpan Elapsed(ContractState c) => Credit - c.Since;

    public bool IsAcknowledged(ContractState c) => Acknowledged >= c.Fence;
}
