using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Graceful.AspNetCore.Tests.Testing;

internal enum FrameType : byte
{
    Data = 0,
    Headers = 1,
    ResetStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
}

internal sealed record Frame(FrameType Type, byte Flags, int Stream, byte[] Payload)
{
    public bool EndsStream => Type is FrameType.Data or FrameType.Headers && (Flags & 1) != 0;

    /// <summary>Of a GOAWAY.</summary>
    public int LastStream => BinaryPrimitives.ReadInt32BigEndian(Payload);
}

/// <summary>
/// HTTP/2 over TLS, just enough to send a GET and to see the frames that come back. It never leaves by itself: not on a GOAWAY, not on a
/// reset stream.
/// </summary>
internal sealed class RawHttp2Client : IAsyncDisposable
{
    private readonly SslStream _stream;
    private readonly ConcurrentQueue<Frame> _frames = [];
    private readonly SemaphoreSlim _write = new(1, 1);
    private readonly Task<ConnectionEnd> _reading;

    private RawHttp2Client(SslStream stream)
    {
        _stream = stream;
        _reading = ReadAsync();
    }

    public IReadOnlyList<Frame> Frames => [.. _frames];

    /// <summary>Ends when the connection does.</summary>
    public Task<ConnectionEnd> End => _reading;

    public static async Task<RawHttp2Client> ConnectAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port).Within("connect");
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true), false, Certificate.IsOurs);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        }).Within("TLS handshake");
        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        var client = new RawHttp2Client(tls);
        await client.WriteAsync(FrameType.Settings, 0, 0, []);
        return client;
    }

    /// <param name="path">The path.</param>
    /// <param name="stream">1, 3, 5, ….</param>
    public Task GetAsync(string path, int stream)
    {
        // HPACK without a table and without Huffman: :method GET and :scheme https are indexed, the others literal.
        byte[] block = [0x82, 0x87, .. Literal(4, path), .. Literal(1, "test")];
        return WriteAsync(FrameType.Headers, flags: 0x5, stream, block);
    }

    public Task EndOfAsync(int stream) => Eventually.True(() => Frames.Any(f => f.Stream == stream && f.EndsStream), $"the end of stream {stream}");

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static byte[] Literal(byte name, string value) => [name, (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private async Task WriteAsync(FrameType type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | (byte)type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        await _write.WaitAsync();
        try
        {
            await _stream.WriteAsync(frame).AsTask().Within("send");
        }
        finally
        {
            _write.Release();
        }
    }

    private async Task<ConnectionEnd> ReadAsync()
    {
        var head = new byte[9];
        try
        {
            while (true)
            {
                await _stream.ReadExactlyAsync(head);
                var length = BinaryPrimitives.ReadInt32BigEndian(head) >>> 8;
                var payload = new byte[length];
                await _stream.ReadExactlyAsync(payload);
                var frame = new Frame((FrameType)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) & int.MaxValue, payload);
                _frames.Enqueue(frame);
                if (frame is { Type: FrameType.Settings, Flags: 0 })
                {
                    await WriteAsync(FrameType.Settings, flags: 1, 0, []);
                }
            }
        }
        catch (EndOfStreamException)
        {
            return ConnectionEnd.Clean;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return ConnectionEnd.Reset;
        }
    }
}
