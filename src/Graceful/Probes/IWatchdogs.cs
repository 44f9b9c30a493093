namespace Graceful;

/// <summary>Lets the application tell liveness that one of its own loops still turns. Thread-safe.</summary>
public interface IWatchdogs
{
    /// <summary>Adds a watchdog. Liveness fails when it has not been beaten for <paramref name="timeLimit"/>.</summary>
    /// <param name="name">Shown in <c>/livez?verbose</c>.</param>
    /// <param name="timeLimit">The longest time between two beats.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeLimit"/> is not positive.</exception>
    IWatchdog Register(string name, TimeSpan timeLimit);
}

/// <summary>One watchdog; dispose it when the loop ends on purpose.</summary>
public interface IWatchdog : IDisposable
{
    /// <summary>Says that the loop still turns. Lock-free and free of allocation.</summary>
    void Beat();
}
