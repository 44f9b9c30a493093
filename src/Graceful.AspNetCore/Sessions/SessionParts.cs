using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>What all sessions of a host share.</summary>
internal sealed record SessionParts(
    GuardedSessionStore Store, SessionStateOptions Options, EntryCodec Codec, SessionCookie Cookie, SessionTouches Touches, ConnectedSessions Connected, SessionMetrics Metrics, TimeProvider Time, ILogger<StateSession> Logger)
{
    /// <summary>Null when the host declares no contract of the name in the options: the code's versions are written.</summary>
    public ICompatibility? Levels { get; init; }
}
