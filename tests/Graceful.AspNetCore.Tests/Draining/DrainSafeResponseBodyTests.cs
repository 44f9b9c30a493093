using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>Every way to write: a drain does not cancel what is under way, and what is not a write passes through.</summary>
public sealed class DrainSafeResponseBodyTests : IDisposable
{
    private readonly CancellationTokenSource _aborted = new();
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _ended;
    private readonly Response _inner = new();
    private readonly DrainSafeResponseBody _body;

    public DrainSafeResponseBodyTests()
    {
        _ended = CancellationTokenSource.CreateLinkedTokenSource(_aborted.Token);
        _body = new DrainSafeResponseBody(_inner, new DrainSafeWrites(_aborted.Token, _ended.Token, _drain.Token));
    }

    public void Dispose()
    {
        _aborted.Dispose();
        _drain.Dispose();
        _ended.Dispose();
    }

    [Theory]
    [InlineData("start")]
    [InlineData("file")]
    [InlineData("stream write")]
    [InlineData("stream write of an array")]
    [InlineData("stream flush")]
    [InlineData("pipe write")]
    [InlineData("pipe flush")]
    public async Task Write_UnderWay_IsNotCancelledByTheDrain(string how)
    {
        var token = _ended.Token;
        await (how switch
        {
            "start" => _body.StartAsync(token),
            "file" => _body.SendFileAsync("f", 1, 2, token),
            "stream write" => _body.Stream.WriteAsync(new byte[1], token).AsTask(),
            "stream write of an array" => _body.Stream.WriteAsync(new byte[3], 1, 1, token),
            "stream flush" => _body.Stream.FlushAsync(token),
            "pipe write" => _body.Writer.WriteAsync(new byte[1], token).AsTask(),
            _ => _body.Writer.FlushAsync(token).AsTask(),
        });

        var seen = Assert.Single(_inner.Tokens);
        await _drain.CancelAsync();
        await _ended.CancelAsync();
        Assert.False(seen.IsCancellationRequested);
        await _aborted.CancelAsync();
        Assert.True(seen.IsCancellationRequested);
    }

    [Fact]
    public async Task TheRest_PassesThrough()
    {
        _body.DisableBuffering();
        await _body.CompleteAsync();

        Assert.Equal(["unbuffered", "complete"], _inner.Calls);
        Assert.Same(_body.Stream, _body.Stream);
        Assert.Same(_body.Writer, _body.Writer);
    }

    private sealed class Response : IHttpResponseBodyFeature
    {
        public Response() => (Stream, Writer) = (new Sink(Tokens), new Pipe(Tokens));

        public List<CancellationToken> Tokens { get; } = [];

        public List<string> Calls { get; } = [];

        public Stream Stream { get; }

        public PipeWriter Writer { get; }

        public void DisableBuffering() => Calls.Add("unbuffered");

        public Task StartAsync(CancellationToken cancellationToken = default) => Note(cancellationToken);

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => Note(cancellationToken);

        public Task CompleteAsync()
        {
            Calls.Add("complete");
            return Task.CompletedTask;
        }

        private Task Note(CancellationToken token)
        {
            Tokens.Add(token);
            return Task.CompletedTask;
        }
    }

    private sealed class Sink(List<CancellationToken> tokens) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            tokens.Add(cancellationToken);
            return ValueTask.CompletedTask;
        }

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            tokens.Add(cancellationToken);
            return Task.CompletedTask;
        }
    }

    private sealed class Pipe(List<CancellationToken> tokens) : PipeWriter
    {
        public override void Advance(int bytes) => throw new NotSupportedException();

        public override Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public override Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();

        public override void CancelPendingFlush() => throw new NotSupportedException();

        public override void Complete(Exception? exception = null) => throw new NotSupportedException();

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            tokens.Add(cancellationToken);
            return default;
        }

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            tokens.Add(cancellationToken);
            return default;
        }
    }
}
