namespace Graceful;

/// <summary>The stream of a gated response: the first write or flush opens the gate. After a refusal nothing goes through.</summary>
internal sealed class GateStream(ResponseGate gate, Stream inner) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
        if (gate.OpenNow())
        {
            inner.Flush();
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (gate.OpenNow())
        {
            inner.Write(buffer, offset, count);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => gate.Passes ? inner.FlushAsync(cancellationToken) : OpenAndFlushAsync(cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        gate.Passes ? inner.WriteAsync(buffer, cancellationToken) : OpenAndWriteAsync(buffer, cancellationToken);

    // Not local functions: what those capture is allocated also when everything passes.
    private async Task OpenAndFlushAsync(CancellationToken cancellationToken)
    {
        if (await gate.OpenAsync().ConfigureAwait(false))
        {
            await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask OpenAndWriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await gate.OpenAsync().ConfigureAwait(false))
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
    }
}
