using Microsoft.Extensions.Logging;

namespace Graceful;

internal sealed partial class StateSession
{
    internal static partial class Log
    {
        [LoggerMessage(231, LogLevel.Warning, "Session {Session} was not stored: {Reason}", EventName = "SessionNotStored")]
        public static partial void NotStored(ILogger logger, SessionHandle session, string reason);

        [LoggerMessage(232, LogLevel.Error, "Session {Session} could not be stored, and the request was answered with 500.", EventName = "SessionStoringFailed")]
        public static partial void StoringFailed(ILogger logger, SessionHandle session, Exception exception);

        [LoggerMessage(233, LogLevel.Information, "A late write to session {Session} was dropped: the session was {What} meanwhile.", EventName = "SessionWriteDropped")]
        public static partial void Dropped(ILogger logger, SessionHandle session, string what);
    }
}
