namespace Graceful.RollingUpdate;

/// <summary>One way to change a fleet under load.</summary>
internal interface IRollout
{
    Task<RolloutOutcome> RunAsync(IReadOnlyList<ShopInstance> oldOnes, CancellationToken cancellationToken);
}

/// <summary>What came of it.</summary>
/// <param name="Times">When.</param>
/// <param name="Refusal">Who was refused, where that was the point.</param>
internal sealed record RolloutOutcome(RollTimes Times, Refusal? Refusal = null);
