using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>
/// The response body of an endpoint whose handler a drain cancels. Kestrel cuts the connection when a write meets a cancelled token; so the
/// drain's cancellation never reaches a write that is under way, it is thrown before the next one, and the response ends cleanly. A token
/// cancelled for any other reason acts as ever.
/// </summary>
internal sealed class DrainSafeResponseBody(IHttpResponseBodyFeature inner, DrainSafeWrites writes) : IHttpResponseBodyFeature
{
    private Stream? _stream;
    private PipeWriter? _writer;

    public Stream Stream => _stream ??= new BodyStream(inner.Stream, writes);

    public PipeWriter Writer => _writer ??= new BodyWriter(inner.Writer, writes);

    public void DisableBuffering() => inner.DisableBuffering();

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        using var write = writes.Begin(cancellationToken);
        await inner.StartAsync(write.Token).ConfigureAwait(false);
    }

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        using var write = writes.Begin(cancellationToken);
        await inner.SendFileAsync(path, offset, count, write.Token).ConfigureAwait(false);
    }

    public Task CompleteAsync() => inner.CompleteAsync();

    private sealed class BodyWriter(PipeWriter inner, DrainSafeWrites writes) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            using var write = writes.Begin(cancellationToken);
            return await inner.FlushAsync(write.Token).ConfigureAwait(false);
        }

        public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            using var write = writes.Begin(cancellationToken);
            return await inner.WriteAsync(source, write.Token).ConfigureAwait(false);
        }
    }

    private sealed class BodyStream(Stream inner, DrainSafeWrites writes) : Stream
    {
        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override async Task FlushAsync(CancellationToken cancellationToken)
        {
            using var write = writes.Begin(cancellationToken);
            await inner.FlushAsync(write.Token).ConfigureAwait(false);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var write = writes.Begin(cancellationToken);
            await inner.WriteAsync(buffer, write.Token).ConfigureAwait(false);
        }
    }
}
