using System.Buffers;
using System.IO.Pipelines;

namespace Graceful;

/// <summary>The writer of a gated response: holds back what is written until a flush opens the gate.</summary>
internal sealed class GateWriter(ResponseGate gate, PipeWriter inner) : PipeWriter
{
    private static readonly FlushResult Discarded = new(isCanceled: false, isCompleted: true);

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => gate.Buffer.Length + (gate.Passes ? inner.UnflushedBytes : 0);

    private IBufferWriter<byte> Target => gate.Passes ? inner : gate.Buffer;

    public override void Advance(int bytes)
    {
        // Memory that was taken before the gate opened belongs to the buffer: the gate opens only between an advance and the next memory.
        Target.Advance(bytes);
        if (gate.WasRefused)
        {
            gate.Buffer.Clear();
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => Target.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Target.GetSpan(sizeHint);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        if (gate.OpenNow())
        {
            inner.Complete(exception);
        }
    }

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (await gate.OpenAsync().ConfigureAwait(false))
        {
            await inner.CompleteAsync(exception).ConfigureAwait(false);
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => gate.Passes ? inner.FlushAsync(cancellationToken) : OpenAndFlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        gate.Passes ? inner.WriteAsync(source, cancellationToken) : OpenAndWriteAsync(source, cancellationToken);

    // Not local functions: what those capture is allocated also when everything passes.
    private async ValueTask<FlushResult> OpenAndFlushAsync(CancellationToken cancellationToken) =>
        await gate.OpenAsync().ConfigureAwait(false) ? await inner.FlushAsync(cancellationToken).ConfigureAwait(false) : Discarded;

    private async ValueTask<FlushResult> OpenAndWriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
        await gate.OpenAsync().ConfigureAwait(false) ? await inner.WriteAsync(source, cancellationToken).ConfigureAwait(false) : Discarded;
}
