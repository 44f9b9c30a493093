using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Benchmarks;

/// <summary>One request and its response, as a server hands them to hosting: the head of the response is closed by its first byte, and whoever wants to write a header before that is called.</summary>
internal sealed class SessionRequest : FeatureCollection, IHttpResponseFeature
{
    private readonly ArrayBufferWriter<byte> _received = new();
    private Stack<(Func<object, Task> Callback, object State)>? _starting;
    private Stack<(Func<object, Task> Callback, object State)>? _completed;

    public SessionRequest(string path, string? cookie, SessionWork work)
    {
        var request = new HttpRequestFeature { Method = HttpMethods.Get, Scheme = "http", Protocol = HttpProtocol.Http11, Path = path, RawTarget = path };
        request.Headers.Host = "localhost";
        if (cookie is not null)
        {
            request.Headers.Cookie = cookie;
        }

        Set<IHttpRequestFeature>(request);
        Set<IHttpResponseFeature>(this);
        Set<IHttpResponseBodyFeature>(new BodyFeature(this, new ResponseBody(this)));
        Set(work);
    }

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    [Obsolete("As in the interface.")]
    public Stream Body { get; set; } = Stream.Null;

    public bool HasStarted { get; private set; }

    public ReadOnlySpan<byte> Received => _received.WrittenSpan;

    public void OnStarting(Func<object, Task> callback, object state) => (_starting ??= []).Push((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => (_completed ??= []).Push((callback, state));

    public async Task StartAsync()
    {
        while (_starting?.TryPop(out var starting) == true)
        {
            await starting.Callback(starting.State);
        }

        HasStarted = true;
    }

    public async Task CompleteAsync()
    {
        if (!HasStarted)
        {
            await StartAsync();
        }

        while (_completed?.TryPop(out var completed) == true)
        {
            await completed.Callback(completed.State);
        }
    }

    private sealed class BodyFeature(SessionRequest request, Stream stream) : StreamResponseBodyFeature(stream)
    {
        public override Task StartAsync(CancellationToken cancellationToken = default) => request.HasStarted ? Task.CompletedTask : request.StartAsync();
    }

    private sealed class ResponseBody(SessionRequest request) : Stream
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

        public override void Flush() => throw new NotSupportedException();

        public override Task FlushAsync(CancellationToken cancellationToken) => request.HasStarted ? Task.CompletedTask : request.StartAsync();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!request.HasStarted)
            {
                await request.StartAsync();
            }

            request._received.Write(buffer.Span);
        }
    }
}
