using Graceful;

namespace Shop;

/// <summary>
/// Writes the last orders. It runs when no request is left that could add another, with a token that is live however long the requests
/// took: time is kept back for it.
/// </summary>
internal sealed class OrderJournalFlush(OrderJournal journal, ILogger<OrderJournalFlush> logger) : IDrainParticipant
{
    public string Name => "orders";

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var written = await journal.WriteAsync(cancellationToken);
        logger.LogInformation("The last {Count} orders are written.", written);
    }
}
