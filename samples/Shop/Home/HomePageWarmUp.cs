using Graceful;

namespace Shop;

/// <summary>Puts the page together before the first visitor asks for it.</summary>
internal sealed class HomePageWarmUp(HomePage page) : IWarmUpTask
{
    public string Name => "home page";

    public Task WarmUpAsync(CancellationToken cancellationToken)
    {
        _ = page.Html;
        return Task.CompletedTask;
    }
}
