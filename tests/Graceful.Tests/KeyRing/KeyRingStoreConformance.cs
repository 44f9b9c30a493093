namespace Graceful.Tests;

/// <summary>What every store of the key ring must do. Every test has a ring of its own.</summary>
public abstract class KeyRingStoreConformance
{
    private static readonly KeyRingElement A = new("key-a", "<key id=\"a\">ä€𝄞 <![CDATA[\r\n]]></key>");
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    /// <summary>A store without elements, or another instance's view of the same ring.</summary>
    protected abstract IKeyRingStore Create();

    /// <summary>Lets this much of the store's time pass.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    [Fact]
    public async Task Read_OfAnEmptyRing_IsEmpty() => Assert.Empty(await Create().ReadAsync(default));

    [Fact]
    public async Task Add_IsReadByAnother_ToTheByte()
    {
        Assert.Equal(KeyRingAddition.Added, await Create().AddAsync(A, null, default));

        Assert.Equal([A], await Create().ReadAsync(default));
    }

    [Fact]
    public async Task Add_OfTheSameAgain_IsAdded_AndThereOnce()
    {
        var store = Create();
        await store.AddAsync(A, null, default);

        Assert.Equal(KeyRingAddition.Added, await store.AddAsync(A, null, default));
        Assert.Equal([A], await store.ReadAsync(default));
    }

    [Fact]
    public async Task Add_UnderATakenName_ChangesNothing()
    {
        var store = Create();
        await store.AddAsync(A, null, default);

        Assert.Equal(KeyRingAddition.NameTaken, await store.AddAsync(A with { Content = "<other/>" }, null, default));
        Assert.Equal([A], await store.ReadAsync(default));
    }

    [Fact]
    public async Task Add_WithoutContent_IsRefused() => await Assert.ThrowsAsync<ArgumentException>(async () => await Create().AddAsync(A with { Content = "" }, null, default));

    [Fact]
    public async Task Remove_IsForGood()
    {
        var store = Create();
        Assert.False(await store.RemoveAsync(A.Name, default));
        await store.AddAsync(A, null, default);

        Assert.True(await store.RemoveAsync(A.Name, default));

        Assert.Empty(await store.ReadAsync(default));
        Assert.False(await store.RemoveAsync(A.Name, default));
        Assert.Equal(KeyRingAddition.NameTaken, await store.AddAsync(A, null, default));
        Assert.Empty(await store.ReadAsync(default));
    }

    [Fact]
    public async Task Lease_IsOnes_UntilGivenBack()
    {
        var (one, other) = (Create(), Create());
        Assert.True(await one.TryAcquireLeaseAsync("1", Long, default));
        Assert.False(await other.TryAcquireLeaseAsync("2", Long, default));
        Assert.True(await one.TryAcquireLeaseAsync("1", Long, default));

        await other.ReleaseLeaseAsync("2", default);
        Assert.False(await other.TryAcquireLeaseAsync("2", Long, default));

        await one.ReleaseLeaseAsync("1", default);
        Assert.True(await other.TryAcquireLeaseAsync("2", Long, default));
    }

    [Fact]
    public async Task Lease_OfOneThatDied_RunsOut_AndItsElementComesTooLate()
    {
        var (one, other) = (Create(), Create());
        Assert.True(await one.TryAcquireLeaseAsync("1", TimeSpan.FromMilliseconds(50), default));

        await PassAsync(TimeSpan.FromMilliseconds(51));

        Assert.Equal(KeyRingAddition.LeaseLost, await one.AddAsync(A, "1", default));
        Assert.True(await other.TryAcquireLeaseAsync("2", Long, default));
        Assert.Equal(KeyRingAddition.LeaseLost, await one.AddAsync(A, "1", default));
        await one.ReleaseLeaseAsync("1", default);
        Assert.Equal(KeyRingAddition.Added, await other.AddAsync(A, "2", default));
        Assert.Equal([A], await one.ReadAsync(default));
    }

    [Fact]
    public async Task Lease_TakenAgain_IsProlonged()
    {
        var store = Create();
        await store.TryAcquireLeaseAsync("1", TimeSpan.FromMilliseconds(50), default);
        await store.TryAcquireLeaseAsync("1", Long, default);

        await PassAsync(TimeSpan.FromMilliseconds(51));

        Assert.False(await store.TryAcquireLeaseAsync("2", Long, default));
    }

    [Fact]
    public async Task Lease_OfManyAtOnce_IsOnes()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () => await Create().TryAcquireLeaseAsync($"{i}", Long, default))));

        Assert.Single(taken, t => t);
    }

    [Fact]
    public void Element_AsText_IsItsName() => Assert.Equal("key-a", $"{A}");
}
