using System.Collections.Concurrent;
using System.Text;
using Graceful;

namespace Shop;

/// <summary>
/// Orders are written once a second, in one go, as a shop would write to its database: to the file <c>Shop:Journal</c>, or nowhere when
/// that is not set. What is left when the instance leaves is written by <see cref="OrderJournalFlush"/>.
/// </summary>
internal sealed class OrderJournal(
    IConfiguration configuration, ICompatibility compatibility, ShopIdentity shop, TimeProvider time, ILogger<OrderJournal> logger)
    : BackgroundService
{
    private readonly string? _file = configuration["Shop:Journal"];
    private readonly ConcurrentQueue<Order> _pending = [];
    private readonly SemaphoreSlim _writing = new(1, 1);

    public bool LastWriteFailed { get; private set; }

    public Order Add(string what, int items)
    {
        var order = new Order(Guid.CreateVersion7(), what, time.GetUtcNow(), shop.Instance, items);
        _pending.Enqueue(order);
        return order;
    }

    /// <summary>Writes what is pending and says how many orders that were. A failed write keeps them for the next one.</summary>
    public async Task<int> WriteAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var batch = _pending.ToArray(); // only this method takes orders out
            if (batch.Length > 0)
            {
                // Here, where the data is written, and not where the request came in: the fleet moves to another level only when nothing is
                // written at this one any more. Ask for the level anew each time.
                using var lease = compatibility.Enter(OrderFormat.Contract);
                var lines = new StringBuilder();
                foreach (var order in batch)
                {
                    lines.Append(OrderFormat.Line(order, lease.Level)).Append('\n');
                }

                if (_file is { Length: > 0 })
                {
                    await File.AppendAllTextAsync(_file, lines.ToString(), cancellationToken);
                }
            }

            for (var written = 0; written < batch.Length; written++)
            {
                _pending.TryDequeue(out _);
            }

            LastWriteFailed = false;
            return batch.Length;
        }
        catch (Exception exception) when (IsTransient(exception))
        {
            LastWriteFailed = true;
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    public override void Dispose()
    {
        _writing.Dispose();
        base.Dispose();
    }

    /// <summary>A full disk, or an instance that the fleet does not let write (yet): the orders wait.</summary>
    private static bool IsTransient(Exception exception) => exception is IOException or UnauthorizedAccessException or NotServingException;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var everySecond = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await everySecond.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await WriteAsync(stoppingToken);
            }
            catch (Exception exception) when (IsTransient(exception))
            {
                logger.LogWarning(exception, "Orders could not be written; they are kept for the next attempt.");
            }
        }
    }
}
