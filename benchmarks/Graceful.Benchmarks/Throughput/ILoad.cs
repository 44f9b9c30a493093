namespace Graceful.Benchmarks;

/// <summary>Sends requests over keep-alive connections, each as soon as the one before is answered.</summary>
internal interface ILoad
{
    string Name { get; }

    Task<LoadResult> RunAsync(int port, TimeSpan duration);
}

internal readonly record struct LoadResult(long Requests, TimeSpan Duration);
