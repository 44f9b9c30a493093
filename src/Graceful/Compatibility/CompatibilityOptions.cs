namespace Graceful;

/// <summary>How levels move.</summary>
/// <remarks>In Development <see cref="Bake"/> is 5 seconds unless set.</remarks>
public sealed class CompatibilityOptions
{
    /// <summary>
    /// How long every live instance must have been able to read the next level before it is raised: until then, and the exclusion wait after it, a rollback is instant.
    /// <value>Default: 30 minutes.</value>
    /// </summary>
    public TimeSpan Bake { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How long a level may have been readable by all and not be raised, because an operator has to say so, before a warning reminds of it; it repeats.
    /// <value>Default: 24 hours.</value>
    /// </summary>
    public TimeSpan RemindAfter { get; set; } = TimeSpan.FromHours(24);
}
