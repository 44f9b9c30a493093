namespace Graceful;

/// <summary>
/// A session holds an entry that this build cannot read: of a newer version, of another schema, damaged, or encrypted with a key that is not there. It is left as it is, and cannot be overwritten; it
/// may be removed.
/// </summary>
public sealed class SessionEntryUnreadableException : Exception
{
    /// <summary>With the framework's words.</summary>
    public SessionEntryUnreadableException()
    {
    }

    /// <summary>With what is wrong.</summary>
    public SessionEntryUnreadableException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong, and why.</summary>
    public SessionEntryUnreadableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
