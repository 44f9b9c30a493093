namespace Graceful;

/// <summary>Why a session gets a new key.</summary>
public enum SessionRotation
{
    /// <summary>A precaution. Requests that run with the old key lose what they write from now on, as with <see cref="PrivilegeChange"/>.</summary>
    Routine = 0,

    /// <summary>The user signed in, or may do more than before. Whoever knows the old key has nothing of the new session.</summary>
    PrivilegeChange = 1,
}
