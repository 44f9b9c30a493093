using System.IO.Pipelines;

namespace Graceful;

/// <summary>
/// Notices bytes on a connection that has not brought a request yet, and a request that has only half arrived. It looks where Kestrel says
/// how far it has read, which costs a comparison and no allocation.
/// </summary>
internal sealed class ArrivalPipe(IDuplexPipe inner, TrackedConnection connection) : IDuplexPipe
{
    public PipeReader Input { get; } = new Reader(inner.Input, connection);

    public PipeWriter Output => inner.Output;

    private sealed class Reader(PipeReader inner, TrackedConnection connection) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            // A read that brought nothing (a TCP check that connects and leaves) is at the very start of its segment, or has none.
            if (examined.GetInteger() > 0 && connection.IsIdle && (connection.Begun == 0 || !consumed.Equals(examined)))
            {
                connection.ByteReceived();
            }

            inner.AdvanceTo(consumed, examined);
        }

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => inner.ReadAsync(cancellationToken);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        public override Task CopyToAsync(PipeWriter destination, CancellationToken cancellationToken = default) =>
            inner.CopyToAsync(destination, cancellationToken);

        public override Task CopyToAsync(Stream destination, CancellationToken cancellationToken = default) =>
            inner.CopyToAsync(destination, cancellationToken);

        public override Stream AsStream(bool leaveOpen = false) => inner.AsStream(leaveOpen);

        protected override ValueTask<ReadResult> ReadAtLeastAsyncCore(int minimumSize, CancellationToken cancellationToken) =>
            inner.ReadAtLeastAsync(minimumSize, cancellationToken);
    }
}
