using Microsoft.Extensions.Logging;

namespace Graceful;

internal sealed partial class KeyRingWatch
{
    private static partial class Log
    {
        [LoggerMessage(260, LogLevel.Information, "Data Protection keeps its keys in {Repository}, as the application says: Graceful neither makes nor keeps them", EventName = "KeyRingElsewhere")]
        public static partial void Elsewhere(ILogger logger, string repository);

        [LoggerMessage(
            261, LogLevel.Warning, "Data Protection's keys are not shared: there is no store (AddRedis()), so that no instance on another machine can read this one's cookies", EventName = "KeyRingNotShared")]
        public static partial void NotShared(ILogger logger);

        [LoggerMessage(
            262, LogLevel.Warning, "Data Protection's keys lie unprotected in the store ({Count} now): whoever reads it can forge cookies. Use ProtectKeysWithCertificate; keys made before stay as they are until they are revoked or expire", EventName = "KeyRingUnprotected")]
        public static partial void Unprotected(ILogger logger, int count);

        [LoggerMessage(263, LogLevel.Warning, "The store lost the element {Name} of the key ring, which cookies in use may need; it is put back", EventName = "KeyRingPutBack")]
        public static partial void PutBack(ILogger logger, string name);

        [LoggerMessage(264, LogLevel.Information, "The key ring in the store is another now ({Hash}); it is read", EventName = "KeyRingChanged")]
        public static partial void Changed(ILogger logger, string hash);

        [LoggerMessage(
            265, LogLevel.Warning, "The keys of this fleet are used under another application name (SetApplicationName): this instance and the others do not read each other's cookies. The element {Name} of the ring tells", EventName = "KeyRingOfAnotherApplication")]
        public static partial void OtherApplication(ILogger logger, string name);

        [LoggerMessage(266, LogLevel.Warning, "The key ring in the store could not be compared with the one in use, which goes on; it is tried again", EventName = "KeyRingNotChecked")]
        public static partial void NotChecked(ILogger logger, Exception exception);
    }
}
