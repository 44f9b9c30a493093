namespace Graceful;

/// <summary>How warm-up tasks are run.</summary>
public sealed class WarmUpOptions
{
    /// <summary>How many tasks of one order run at the same time. <value>Default: 4.</value></summary>
    public int Parallelism { get; set; } = 4;

    /// <summary>The delay before the first retry of a failed task; it doubles with each failure. <value>Default: 1 second.</value></summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay between two attempts. <value>Default: 30 seconds.</value></summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);
}
