using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Graceful.AspNetCore.Tests.Testing;

internal enum ConnectionEnd
{
    /// <summary>FIN: everything that was sent has arrived.</summary>
    Clean,

    /// <summary>RST.</summary>
    Reset,
}

/// <summary>An HTTP/1.1 response as it came over the wire.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Headers">The header fields.</param>
/// <param name="Body">The body as far as it came.</param>
/// <param name="IsComplete">Whether the body ended as the framing says: length reached, or the terminating chunk seen.</param>
internal sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Headers, string Body, bool IsComplete)
{
    public bool SaysClose => Headers.TryGetValue("Connection", out var value) && value.Equals("close", StringComparison.OrdinalIgnoreCase);
}

/// <summary>HTTP/1.1 on one socket, byte by byte: what HttpClient hides (retries, reuse, who closed and how) is what these tests are about.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[8192];
    private int _from;
    private int _to;

    private RawClient(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
    }

    /// <summary>How the connection ended, once a read has met the end.</summary>
    public ConnectionEnd? End { get; private set; }

    public static async Task<RawClient> ConnectAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port).Within("connect");
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (address.Scheme == "https")
        {
            var tls = new SslStream(stream, false, Certificate.IsOurs);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            }).Within("TLS handshake");
            stream = tls;
        }

        return new RawClient(socket, stream);
    }

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask().Within("send");

    public async Task<RawResponse> GetAsync(string path, string headers = "")
    {
        await SendAsync($"GET {path} HTTP/1.1\r\nHost: test\r\n{headers}\r\n");
        return await ReadResponseAsync();
    }

    public async Task<RawResponse> ReadResponseAsync()
    {
        var head = await ReadHeadAsync();
        if (head.Headers.ContainsKey("Transfer-Encoding"))
        {
            var body = new StringBuilder();
            while (await ReadChunkAsync() is { } chunk)
            {
                if (chunk.Length == 0)
                {
                    return head with { Body = body.ToString(), IsComplete = true };
                }

                body.Append(chunk);
            }

            return head with { Body = body.ToString() };
        }

        var length = int.Parse(head.Headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture);
        var text = await ReadTextAsync(length);
        return head with { Body = text, IsComplete = text.Length == length };
    }

    /// <exception cref="EndOfStreamException">The connection ended before a response came: what a client counts as lost.</exception>
    public async Task<RawResponse> ReadHeadAsync()
    {
        var status = await ReadLineAsync() ?? throw new EndOfStreamException($"{End}, and no response");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        return new RawResponse(int.Parse(status.Split(' ')[1], CultureInfo.InvariantCulture), headers, "", false);
    }

    /// <returns>The chunk; "" for the terminating one; null when the connection ended instead.</returns>
    public async Task<string?> ReadChunkAsync()
    {
        if (await ReadLineAsync() is not { } size)
        {
            return null;
        }

        var length = int.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var chunk = await ReadTextAsync(length);
        await ReadLineAsync();
        return chunk.Length == length ? chunk : null;
    }

    /// <summary>Reads until the connection ends.</summary>
    public async Task<ConnectionEnd> ReadToEndAsync()
    {
        while (await FillAsync())
        {
            _from = _to;
        }

        return End!.Value;
    }

    /// <summary>Ends the connection with a reset, as a client that is killed does.</summary>
    public void Kill()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (_from < _to || await FillAsync())
        {
            var c = (char)_buffer[_from++];
            if (c == '\n')
            {
                return line.ToString();
            }

            if (c != '\r')
            {
                line.Append(c);
            }
        }

        return null;
    }

    private async Task<string> ReadTextAsync(int length)
    {
        var text = new StringBuilder();
        while (text.Length < length && (_from < _to || await FillAsync()))
        {
            var take = Math.Min(length - text.Length, _to - _from);
            text.Append(Encoding.Latin1.GetString(_buffer, _from, take));
            _from += take;
        }

        return text.ToString();
    }

    private async Task<bool> FillAsync()
    {
        if (End is not null)
        {
            return false;
        }

        try
        {
            _from = 0;
            _to = await _stream.ReadAsync(_buffer).AsTask().Within("a read from the server");
            End = _to == 0 ? ConnectionEnd.Clean : null;
        }
        catch (IOException)
        {
            _to = 0;
            End = ConnectionEnd.Reset;
        }

        return End is null;
    }
}
