using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>
/// Stands between the application and the response until what the application wrote to its session is stored: the client never has an answer to a write that may be lost. Opens with the first byte,
/// and from then on everything passes. When the store does not take the session, the response is replaced: no byte and no header of the application's goes out.
/// </summary>
/// <remarks>
/// Installed where <c>UseSession</c> stands. What that gives to the server's response, such as the compression outside of it, is written as ever; what is inside, writes through the gate. Callbacks
/// for the start of the response run before the session is stored, for they may write to it.
/// </remarks>
internal sealed class ResponseGate(HttpContext context, StateSession session) : IHttpResponseBodyFeature, IHttpResponseFeature
{
    private readonly IHttpResponseBodyFeature _body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
    private readonly IHttpResponseFeature _response = context.Features.GetRequiredFeature<IHttpResponseFeature>();
    private Stack<(Func<object, Task> Callback, object State)>? _starting;
    private Task<bool>? _opening;
    private GateWriter? _writer;
    private GateStream? _stream;
    private bool _isGuarded;

    /// <summary>Written before an exception of the store, which may have been handled or not.</summary>
    private byte[]? _held;

    /// <summary>Made when it is needed: most applications write to the stream, and flush.</summary>
    public GateBuffer Buffer => field ??= new();

    /// <summary>Everything goes straight to the server.</summary>
    public bool Passes { get; private set; }

    /// <summary>The response was replaced, and what the application writes goes nowhere.</summary>
    public bool WasRefused { get; private set; }

    public Stream Stream => _stream ??= new GateStream(this, _body.Stream);

    public PipeWriter Writer => _writer ??= new GateWriter(this, _body.Writer);

    public int StatusCode
    {
        get => _response.StatusCode;
        set => _response.StatusCode = value;
    }

    public string? ReasonPhrase
    {
        get => _response.ReasonPhrase;
        set => _response.ReasonPhrase = value;
    }

    public IHeaderDictionary Headers
    {
        get => _response.Headers;
        set => _response.Headers = value;
    }

    [Obsolete("As in the interface.")]
    public Stream Body
    {
        get => Stream;
        set => throw new NotSupportedException("Set the IHttpResponseBodyFeature instead.");
    }

    public bool HasStarted => WasRefused || _response.HasStarted;

    public void Install()
    {
        context.Features.Set<IHttpResponseBodyFeature>(this);
        context.Features.Set<IHttpResponseFeature>(this);
    }

    /// <summary>The session has something to store: a start of the response that goes past the gate, such as an upgrade, is caught all the same.</summary>
    public void Guard()
    {
        if (!_isGuarded)
        {
            _isGuarded = true;
            _response.OnStarting(static gate => ((ResponseGate)gate).StartingAsync(), this);
        }
    }

    public void DisableBuffering() => _body.DisableBuffering();

    public void OnStarting(Func<object, Task> callback, object state)
    {
        if (_opening is not null || _response.HasStarted)
        {
            _response.OnStarting(callback, state);
        }
        else
        {
            (_starting ??= []).Push((callback, state));
        }
    }

    public void OnCompleted(Func<object, Task> callback, object state) => _response.OnCompleted(callback, state);

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (await OpenAsync().ConfigureAwait(false))
        {
            await _body.StartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        if (await OpenAsync().ConfigureAwait(false))
        {
            await _body.SendFileAsync(path, offset, count, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task CompleteAsync()
    {
        if (await OpenAsync().ConfigureAwait(false))
        {
            await _body.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <returns>Whether the response may go on; false when it was replaced.</returns>
    public ValueTask<bool> OpenAsync() => Passes ? new(true) : new(_opening ??= OpenCoreAsync());

    public bool OpenNow() => Passes || OpenAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// The end of the session middleware: the application has written what it wanted, and the response may not have begun. Callbacks for its start run when it starts; the session takes no more.
    /// </summary>
    /// <param name="hold">An exception of the store may be under way: what was written so far may have to be replaced.</param>
    public Task EndAsync(bool hold) => _opening ??= EndCoreAsync(hold);

    /// <summary>The request has ended well: gives the server what was held, unless an answer of others took its place.</summary>
    public void Release()
    {
        if (_held is not null && !_response.HasStarted)
        {
            _body.Writer.Write(_held);
        }

        _held = null;
    }

    /// <summary>Nothing that waits goes out.</summary>
    public void Discard() => Buffer.Clear();

    private void Pass()
    {
        Passes = true;
        if (Buffer.Length > 0)
        {
            _body.Writer.Write(Buffer.Written);
        }

        Buffer.Clear();
    }

    private async Task<bool> OpenCoreAsync()
    {
        while (_starting?.TryPop(out var starting) == true)
        {
            await starting.Callback(starting.State).ConfigureAwait(false);
        }

        if (!await session.TryStoreAsync().ConfigureAwait(false))
        {
            await RefuseAsync().ConfigureAwait(false);
            return false;
        }

        Pass();
        return true;
    }

    private async Task<bool> EndCoreAsync(bool hold)
    {
        if (!await session.TryStoreAsync().ConfigureAwait(false))
        {
            await RefuseAsync().ConfigureAwait(false);
            return false;
        }

        foreach (var (callback, state) in _starting?.Reverse() ?? [])
        {
            _response.OnStarting(callback, state);
        }

        if (hold && Buffer.Length > 0)
        {
            _held = Buffer.Written.ToArray();
            Buffer.Clear();
        }

        Pass();
        return true;
    }

    private async Task RefuseAsync()
    {
        WasRefused = true;
        Buffer.Clear();
        if (_response.HasStarted || (_body.Writer.CanGetUnflushedBytes && _body.Writer.UnflushedBytes > 0))
        {
            // Written before the session's middleware: it cannot be taken back, and half an answer must not look whole.
            context.Abort();
            return;
        }

        await SessionRefusal.WriteAsync(_response, _body, session).ConfigureAwait(false);
    }

    private async Task StartingAsync()
    {
        if (!WasRefused && !await session.TryStoreAsync().ConfigureAwait(false))
        {
            throw new SessionStoreException("The session was not stored, so the response does not begin.");
        }
    }
}
