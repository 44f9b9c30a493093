namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>What waits in front of the gate.</summary>
public sealed class GateBufferTests
{
    private readonly GateBuffer _buffer = new();

    [Fact]
    public void Written_IsKept_HoweverMuchItGrows()
    {
        var all = new List<byte>();
        for (var i = 1; i < 300; i++)
        {
            byte[] part = [.. Enumerable.Repeat((byte)i, i)];
            part.CopyTo(_buffer.GetSpan(i));
            _buffer.Advance(i);
            all.AddRange(part);
        }

        Assert.Equal(all, _buffer.Written.ToArray());
        Assert.True(_buffer.GetMemory(100_000).Length >= 100_000);
        _buffer.Clear();
        Assert.Equal(0, _buffer.Length);
    }

    [Fact]
    public void Advance_OfWhatWasNotGiven_Throws()
    {
        var given = _buffer.GetSpan(10).Length;

        Assert.Throws<ArgumentOutOfRangeException>(() => _buffer.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _buffer.Advance(given + 1));
        _buffer.Advance(given);
        Assert.Throws<ArgumentOutOfRangeException>(() => _buffer.Advance(1));
    }
}
