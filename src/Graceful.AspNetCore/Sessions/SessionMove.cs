namespace Graceful;

/// <summary>That sessions are moved away from ASP.NET Core's own session: <see cref="SessionStateOptions.MoveFromDistributedSession"/>.</summary>
/// <param name="Level">From this level of the contract on they are moved; below, they stay where they are.</param>
/// <param name="InstanceName">What stands before the session's key in the old place.</param>
internal sealed record SessionMove(int Level, string InstanceName)
{
    public string KeyOf(SessionAddress session) => InstanceName + session.Key;
}
