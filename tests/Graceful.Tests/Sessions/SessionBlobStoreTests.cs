using System.Text;

namespace Graceful.Tests;

/// <summary>What every place that sessions are moved from has to do.</summary>
public abstract class SessionBlobStoreTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(20);
    private readonly string _key = $"shop:{Guid.NewGuid()}";
    private int _id;

    protected abstract ISessionBlobStore Store { get; }

    /// <summary>As somebody writes who knows nothing of the move.</summary>
    protected abstract Task PutAsync(string key, byte[] data, TimeSpan idle);

    protected abstract Task PassAsync(TimeSpan time);

    [Fact]
    public async Task Write_OfWhatIsAsItWasRead_ReplacesIt_AndOthersAreRefused()
    {
        Assert.Equal(SessionBlobState.Absent, (await ReadAsync()).State);
        Assert.True(await WriteAsync(default, "a"));
        Assert.False(await WriteAsync(default, "b"));
        var seen = await ReadAsync();
        Assert.Equal((SessionBlobState.Open, "a"), (seen.State, Text(seen)));
        Assert.True(await WriteAsync(seen, "b"));
        Assert.False(await WriteAsync(seen, "c"));
        Assert.Equal("b", Text(await ReadAsync()));
        await PutAsync(_key, "p"u8.ToArray(), Long);
        Assert.False(await WriteAsync(new SessionBlob(SessionBlobState.Open, "b"u8.ToArray()), "c"));
        Assert.Equal("p", Text(await ReadAsync()));
    }

    [Fact]
    public async Task Write_SentAgain_CountsOnce_WhateverCameAfter()
    {
        Assert.True(await WriteAsync(default, "a", "first"));
        Assert.True(await WriteAsync(default, "a", "first"));
        Assert.True(await WriteAsync(await ReadAsync(), "b"));
        Assert.True(await WriteAsync(default, "a", "first"));
        Assert.Equal("b", Text(await ReadAsync()));
        await PutAsync(_key, "p"u8.ToArray(), Long);
        Assert.True(await WriteAsync(default, "a", "first"));
        Assert.Equal("p", Text(await ReadAsync()));
        Assert.True(await Store.TryFreezeAsync(_key, await ReadAsync(), Long, default));
        Assert.True(await WriteAsync(default, "a", "first"));
        await Store.CloseAsync(_key, Long, default);
        Assert.True(await WriteAsync(default, "a", "first"));
        Assert.Equal(SessionBlobState.Closed, (await ReadAsync()).State);
    }

    [Fact]
    public async Task Frozen_IsWhatWasRead_AndNothingIsWrittenAnyMore()
    {
        await PutAsync(_key, "a"u8.ToArray(), Long);
        var seen = await ReadAsync();
        Assert.False(await Store.TryFreezeAsync(_key, new SessionBlob(SessionBlobState.Open, "b"u8.ToArray()), Long, default));
        Assert.True(await Store.TryFreezeAsync(_key, seen, Long, default));

        Assert.False(await Store.TryFreezeAsync(_key, seen, Long, default));
        Assert.False(await WriteAsync(seen, "b"));
        Assert.False(await WriteAsync(default, "b"));
        Assert.False(await Store.TryCloseAsync(_key, seen, Long, default));
        Assert.False(await Store.TryCloseAsync(_key, default, Long, default));
        await PutAsync(_key, "p"u8.ToArray(), Long);
        Assert.Equal((SessionBlobState.Frozen, "a"), ((await ReadAsync()).State, Text(await ReadAsync())));
        Assert.False(await WriteAsync(new SessionBlob(SessionBlobState.Open, "p"u8.ToArray()), "b"));
    }

    [Fact]
    public async Task Closed_StaysClosed()
    {
        await Store.CloseAsync(_key, Long, default);
        Assert.Equal(SessionBlobState.Absent, (await ReadAsync()).State);
        Assert.True(await Store.TryCloseAsync(_key, default, Long, default));
        Assert.Equal(SessionBlobState.Closed, (await ReadAsync()).State);
        Assert.False(await WriteAsync(default, "a"));
        await PutAsync(_key, "p"u8.ToArray(), Long);
        Assert.Equal(SessionBlobState.Closed, (await ReadAsync()).State);
        Assert.False(await Store.TryFreezeAsync(_key, new SessionBlob(SessionBlobState.Open, "p"u8.ToArray()), Long, default));
    }

    [Fact]
    public async Task Close_OfWhatIsAsItWasRead_TakesItsContent_AndOthersAreRefused()
    {
        await PutAsync(_key, "a"u8.ToArray(), Long);
        Assert.False(await Store.TryCloseAsync(_key, default, Long, default));
        Assert.False(await Store.TryCloseAsync(_key, new SessionBlob(SessionBlobState.Open, "b"u8.ToArray()), Long, default));
        Assert.True(await Store.TryCloseAsync(_key, await ReadAsync(), Long, default));
        Assert.Equal((SessionBlobState.Closed, 0), ((await ReadAsync()).State, (await ReadAsync()).Data.Length));
    }

    [Fact]
    public async Task Touch_ProlongsWhatIsOpen_ByItsOwnTimeout_AndNothingElse()
    {
        var frozen = $"shop:{Guid.NewGuid()}";
        await PutAsync(frozen, "a"u8.ToArray(), Long);
        await Store.TryFreezeAsync(frozen, new SessionBlob(SessionBlobState.Open, "a"u8.ToArray()), TimeSpan.FromSeconds(0.5), default);

        // On a slow machine it may have expired before it was touched: then it is not there after it either.
        do
        {
            await Store.TryWriteAsync(_key, default, new SessionBlobWrite($"{_id++}", "a"u8.ToArray(), Long, TimeSpan.FromSeconds(0.5)), default);
            await Store.TouchAsync([_key, frozen, $"shop:{Guid.NewGuid()}"], Long, default);
        }
        while ((await ReadAsync()).State != SessionBlobState.Open);

        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(SessionBlobState.Open, (await ReadAsync()).State);
        Assert.Equal(SessionBlobState.Absent, (await Store.ReadAsync(frozen, default)).State);
    }

    [Fact]
    public async Task Freeze_NeverLetsItLiveLonger_ThanIsAsked()
    {
        await PutAsync(_key, "a"u8.ToArray(), Long);
        await Store.TryFreezeAsync(_key, await ReadAsync(), TimeSpan.FromSeconds(0.3), default);
        await PassAsync(TimeSpan.FromSeconds(0.6));
        Assert.Equal(SessionBlobState.Absent, (await ReadAsync()).State);
    }

    private static string Text(SessionBlob blob) => Encoding.UTF8.GetString(blob.Data.Span);

    private ValueTask<SessionBlob> ReadAsync() => Store.ReadAsync(_key, default);

    private ValueTask<bool> WriteAsync(SessionBlob seen, string text, string? id = null) =>
        Store.TryWriteAsync(_key, seen, new SessionBlobWrite(id ?? $"{_id++}", Encoding.UTF8.GetBytes(text), Long, Long), default);
}
