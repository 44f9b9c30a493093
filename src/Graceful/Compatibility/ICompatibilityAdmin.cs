namespace Graceful;

/// <summary>
/// What an operator may say, on any instance, for the whole fleet. Every method reads the store and decides on what it says; all are thread-safe. Each throws the store's own exception when it
/// cannot answer.
/// </summary>
public interface ICompatibilityAdmin
{
    /// <summary>Holds a contract at its level: nothing is raised until <see cref="UnpinAsync"/>. A raise whose level is not written yet is called off.</summary>
    ValueTask<AdminOutcome> PinAsync(string contract, CancellationToken cancellationToken = default);

    /// <summary>Ends <see cref="PinAsync"/>.</summary>
    ValueTask<AdminOutcome> UnpinAsync(string contract, CancellationToken cancellationToken = default);

    /// <summary>Raises the level by one now, without the bake time; every live instance must be able to read it.</summary>
    ValueTask<AdminOutcome> ActivateAsync(string contract, CancellationToken cancellationToken = default);

    /// <summary>Calls off a raise whose level is not written yet.</summary>
    ValueTask<AdminOutcome> CancelAsync(string contract, CancellationToken cancellationToken = default);

    /// <summary>Goes back by one level; every live instance must be able to write it.</summary>
    ValueTask<AdminOutcome> RetreatAsync(string contract, CancellationToken cancellationToken = default);

    /// <summary>Says that data outside the written level is gone: the retention ends now.</summary>
    ValueTask<AdminOutcome> RetireAsync(string contract, CancellationToken cancellationToken = default);

    /// <summary>Where a contract stands, what happens next and when, and who is in the way.</summary>
    /// <exception cref="KeyNotFoundException">Neither the fleet nor this build knows the contract.</exception>
    ValueTask<ContractExplanation> ExplainAsync(string contract, CancellationToken cancellationToken = default);

    /// <summary>Whether a build with these ranges could join now: ask before a rollback. A contract that is not in <paramref name="ranges"/> counts as [0, 0].</summary>
    ValueTask<RollBackAnswer> CanRollBackAsync(IReadOnlyDictionary<string, LevelRange> ranges, CancellationToken cancellationToken = default);
}

/// <summary>Whether the fleet follows.</summary>
/// <param name="IsAccepted">Whether it does.</param>
/// <param name="Reason">Why not; null when it does.</param>
public readonly record struct AdminOutcome(bool IsAccepted, string? Reason);

/// <summary>Where a contract stands.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Level">Its levels.</param>
/// <param name="IsPinned">Whether an operator holds it.</param>
/// <param name="Summary">What happens next, in a sentence.</param>
/// <param name="EndsIn">About how long until then when nobody is in the way; null when nobody can tell.</param>
/// <param name="Blockers">Who is in the way.</param>
public sealed record ContractExplanation(
    string Contract, ContractLevel Level, bool IsPinned, string Summary, TimeSpan? EndsIn, IReadOnlyList<ContractBlocker> Blockers);

/// <summary>An instance in the way of a contract's next step.</summary>
/// <param name="Member">The instance.</param>
/// <param name="Reason">In which way, such as <c>1.4 on pod-7 supports session [1,1], lease ends in 12 s</c>.</param>
public sealed record ContractBlocker(FleetMember Member, string Reason);

/// <summary>Whether a rollback is possible.</summary>
/// <param name="IsPossible">Whether a build with the ranges could join now.</param>
/// <param name="PossibleFor">When it is: about how long it stays so at least; null when nothing is about to change it.</param>
/// <param name="Obstacles">When it is not: what is in the way.</param>
public sealed record RollBackAnswer(bool IsPossible, TimeSpan? PossibleFor, IReadOnlyList<RollBackObstacle> Obstacles);

/// <summary>A contract that shuts a build out.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Window">What the build would have to cover.</param>
/// <param name="Supports">What it covers.</param>
/// <param name="EndsIn">About how long it lasts when nothing is done; null when it does not end by itself.</param>
/// <param name="Reason">What is in the way and what can be done, in words.</param>
public sealed record RollBackObstacle(string Contract, LevelRange Window, LevelRange Supports, TimeSpan? EndsIn, string Reason);
