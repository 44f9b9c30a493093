namespace Graceful;

/// <summary>The key ring that a fleet shares; bound from the configuration section <c>Graceful:KeyRing</c> and validated on start.</summary>
public sealed class KeyRingOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string SectionName = "Graceful:KeyRing";

    /// <summary>
    /// How often this instance compares the ring in the store with the one that it uses. A key that is new, or revoked, is heeded by all after that long.
    /// <value>Default: 1 minute. At least 1 second, at most 1 day.</value>
    /// </summary>
    /// <remarks>One read of a few kilobytes each time. Data Protection by itself reads the ring again after about a day.</remarks>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether keys may lie in the store without encryption and no warning is logged.
    /// <value>Default: false.</value>
    /// </summary>
    /// <remarks>Whoever can read the store can then forge every cookie. Set it for development only, and use <c>ProtectKeysWithCertificate</c> elsewhere.</remarks>
    public bool AllowUnprotectedKeys { get; set; }
}
