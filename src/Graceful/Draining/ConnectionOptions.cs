namespace Graceful;

/// <summary>Settings for the web server's connections.</summary>
public sealed class ConnectionOptions
{
    /// <summary>
    /// The age, ±10 %, from which a connection is closed on its next response, so that long-lived connections spread over new instances.
    /// <value>Default: null, never.</value>
    /// </summary>
    public TimeSpan? MaxAge { get; set; }
}
