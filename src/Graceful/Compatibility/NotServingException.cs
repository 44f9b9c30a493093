namespace Graceful;

/// <summary>This instance must not write: it is not a member of the fleet (yet, or any more), or does not cover the levels that may exist.</summary>
public sealed class NotServingException : InvalidOperationException
{
    /// <summary>With a message of the framework.</summary>
    public NotServingException()
    {
    }

    /// <summary>With the reason as the message.</summary>
    public NotServingException(string message)
        : base(message)
    {
    }

    /// <summary>With the reason and what caused it.</summary>
    public NotServingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
