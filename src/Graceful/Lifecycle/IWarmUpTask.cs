namespace Graceful;

/// <summary>
/// Work to do before this instance is ready: fill a cache, open a pool, compile a query. Tasks of the same <see cref="Order"/> run in
/// parallel (<see cref="WarmUpOptions.Parallelism"/>); a failing or late one keeps the instance not ready, with its reason, and is
/// retried with a growing delay. Register with <c>AddWarmUpTask&lt;T&gt;()</c>.
/// </summary>
public interface IWarmUpTask
{
    /// <summary>A short name for logs and <c>/readyz?verbose</c>.</summary>
    string Name { get; }

    /// <summary>Lower runs first. <value>Default: 0.</value></summary>
    int Order => 0;

    /// <summary>How long one attempt may take. <value>Default: 30 seconds.</value></summary>
    TimeSpan TimeLimit => TimeSpan.FromSeconds(30);

    /// <summary>Does the work. Called again after a failure.</summary>
    /// <param name="cancellationToken">Fires at the time limit and when the instance is asked to leave.</param>
    Task WarmUpAsync(CancellationToken cancellationToken);
}
