namespace Graceful;

/// <summary>What the clients of some hubs do before their connections are closed.</summary>
internal interface IHubFarewell
{
    bool IsFor(Type hub);

    /// <summary>Asks them. When the task has ended, which it does well before the streams' grace, who is still connected is closed like everybody.</summary>
    /// <param name="isOver">Whether the server has stopped.</param>
    Task SayAsync(Func<bool> isOver);
}
