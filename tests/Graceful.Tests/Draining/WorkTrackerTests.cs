namespace Graceful.Tests;

public class WorkTrackerTests
{
    private readonly WorkTracker _work = new();

    [Fact]
    public void Begin_UntilDisposed_Counts()
    {
        var first = _work.Begin("first");
        var second = _work.Begin("second");
        Assert.Equal(2, _work.Count);

        first.Dispose();
        Assert.Equal("second", Assert.Single(_work.GetItems()).Name);

        second.Dispose();
        Assert.Equal(0, _work.Count);
        Assert.Empty(_work.GetItems());
    }

    [Fact]
    public void Dispose_Twice_CountsOnce()
    {
        var first = _work.Begin("same");
        using var second = _work.Begin("same");

        first.Dispose();
        first.Dispose();

        Assert.Equal(1, _work.Count);
    }

    [Fact]
    public void GetItems_TwoOfOneName_AreToldApart()
    {
        using var first = _work.Begin("same");
        using var second = _work.Begin("same");

        var items = _work.GetItems().ToList();

        Assert.All(items, i => Assert.Equal((DrainHolderKind.Work, "same"), (i.Kind, i.Name)));
        Assert.Equal(2, items.Select(i => i.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void Begin_WithoutAName_Throws(string? name) => Assert.ThrowsAny<ArgumentException>(() => _work.Begin(name!));

    [Fact]
    public async Task Begin_FromManyThreads_NoneIsMissed()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                _work.Begin("work").Dispose();
            }
        })));

        Assert.Equal(0, _work.Count);
    }
}
