using System.Collections.Concurrent;
using System.Globalization;
using Graceful;

namespace Worker;

/// <summary>Results are kept and written at the end, to show a flush; a real worker would write batches as it goes.</summary>
internal sealed class Results(WorkerSettings settings)
{
    private readonly ConcurrentQueue<Job> _done = [];

    public void Add(Job job) => _done.Enqueue(job);

    public async Task<int> WriteAsync(CancellationToken cancellationToken)
    {
        var lines = _done.Select(job => job.Number.ToString(CultureInfo.InvariantCulture)).ToArray();
        if (settings.ResultsFile is { Length: > 0 } file)
        {
            await File.WriteAllLinesAsync(file, lines, cancellationToken);
        }

        return lines.Length;
    }
}

/// <summary>Writes the results when the last job is done.</summary>
internal sealed class ResultsFlush(Results results, ILogger<ResultsFlush> logger) : IDrainParticipant
{
    public string Name => "results";

    public async Task DrainAsync(CancellationToken cancellationToken) =>
        logger.LogInformation("{Count} results are written.", await results.WriteAsync(cancellationToken));
}
