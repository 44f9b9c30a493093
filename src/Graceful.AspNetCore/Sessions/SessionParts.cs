using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>What all sessions of a host share.</summary>
internal sealed record SessionParts(
    GuardedSessionStore Store, SessionStateOptions Options, EntryCodec Codec, SessionCookie Cookie, SessionTouches Touches, SessionNotes Notes, ConnectedSessions Connected, SessionMetrics Metrics, TimeProvider Time, ILogger<StateSession> Logger)
{
    /// <summary>Null when the host declares no contract of the name in the options: the code's versions are written.</summary>
    public ICompatibility? Levels { get; init; }

    /// <summary>Null unless sessions are moved from ASP.NET Core's own session.</summary>
    public SessionMover? Mover { get; init; }

    private EntryHome Entries { get; } = new(Store);

    public SessionHome NewHome() => Mover is null ? Entries : new MovingHome(Mover);
}
