namespace Graceful.RollingUpdate;

/// <summary>An instance that the fleet did not let in.</summary>
/// <param name="Instance">Its name.</param>
/// <param name="Version">Its build.</param>
/// <param name="At">When it was seen, on the run's clock.</param>
/// <param name="Reason">What the instance itself says.</param>
internal sealed record Refusal(string Instance, ShopVersion Version, double At, string Reason)
{
    /// <summary>What its main listener answered to somebody who came all the same; null when nobody asked.</summary>
    public int? MainStatus { get; init; }

    /// <summary>What its liveness probe answered: 200, for a restart would help nobody.</summary>
    public int? LivenessStatus { get; init; }
}
