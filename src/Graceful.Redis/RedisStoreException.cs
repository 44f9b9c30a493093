namespace Graceful;

/// <summary>Redis could not be asked, or did not do what it was asked. The text names the reason, and never a user, a password or a connection string.</summary>
/// <remarks>It has no inner exception on purpose: the texts of the client and of the server may name the user.</remarks>
public sealed class RedisStoreException : Exception
{
    /// <summary>An exception with a text.</summary>
    public RedisStoreException(string message)
        : base(message)
    {
    }
}
