using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace Shop;

/// <summary>
/// Orders are written once a second, in one go, as a shop would write to its database: to the file <c>Shop:Journal</c>, or nowhere when
/// that is not set. What is left when the instance leaves is written by <see cref="OrderJournalFlush"/>.
/// </summary>
internal sealed class OrderJournal(IConfiguration configuration, ShopIdentity shop, TimeProvider time, ILogger<OrderJournal> logger)
    : BackgroundService
{
    private readonly string? _file = configuration["Shop:Journal"];
    private readonly ConcurrentQueue<Order> _pending = [];
    private readonly SemaphoreSlim _writing = new(1, 1);

    public bool LastWriteFailed { get; private set; }

    public Order Add(string what)
    {
        var order = new Order(Guid.CreateVersion7(), what, time.GetUtcNow(), shop.Instance);
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
            if (batch.Length > 0 && _file is { Length: > 0 } file)
            {
                var lines = new StringBuilder();
                foreach (var order in batch)
                {
                    lines.Append(JsonSerializer.Serialize(order, ShopJson.Default.Order)).Append('\n');
                }

                await File.AppendAllTextAsync(file, lines.ToString(), cancellationToken);
            }

            for (var written = 0; written < batch.Length; written++)
            {
                _pending.TryDequeue(out _);
            }

            LastWriteFailed = false;
            return batch.Length;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var everySecond = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await everySecond.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await WriteAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                logger.LogWarning(exception, "Orders could not be written; they are kept for the next attempt.");
            }
        }
    }
}
