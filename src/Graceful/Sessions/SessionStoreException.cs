namespace Graceful;

/// <summary>The store of sessions did not do what it was asked, or it is not known whether it did. The text holds no secret.</summary>
public sealed class SessionStoreException : Exception
{
    /// <summary>With the framework's words.</summary>
    public SessionStoreException()
    {
    }

    /// <summary>With what went wrong.</summary>
    public SessionStoreException(string message)
        : base(message)
    {
    }

    /// <summary>With what went wrong, and why.</summary>
    public SessionStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
