using System.Threading.Channels;

namespace Worker;

/// <summary>
/// Stands for your broker: what has not been taken out when this process ends would still be there for the next one.
/// </summary>
internal sealed class JobQueue
{
    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(100);

    public int Waiting => _jobs.Reader.Count;

    public ValueTask AddAsync(Job job, CancellationToken cancellationToken) => _jobs.Writer.WriteAsync(job, cancellationToken);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _jobs.Reader.WaitToReadAsync(cancellationToken);

    public bool TryTake(out Job job) => _jobs.Reader.TryRead(out job);
}

internal readonly record struct Job(int Number);
