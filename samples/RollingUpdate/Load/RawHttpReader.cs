using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Graceful.RollingUpdate;

/// <summary>Reads HTTP/1.1 responses: by content length, chunked, or up to the end of the connection.</summary>
internal sealed class RawHttpReader(Socket socket)
{
    private byte[] _buffer = new byte[4096];
    private byte[] _body = new byte[4096];
    private int _start;
    private int _end;
    private int _bodyLength;
    private bool _begun;

    public async Task<RawHttpResponse> ReadAsync(CancellationToken cancellationToken)
    {
        _bodyLength = 0;
        _begun = _end > _start;
        var head = await ReadHeadAsync(cancellationToken);
        if (head.Chunked)
        {
            await ReadChunksAsync(cancellationToken);
        }
        else if (head.Length is { } length)
        {
            await TakeAsync(length, cancellationToken);
        }
        else
        {
            await TakeAllAsync(cancellationToken);
        }

        return new RawHttpResponse(head.Status, head.Close || (!head.Chunked && head.Length is null), _body.AsMemory(0, _bodyLength), head.Cookies);
    }

    private async Task<Head> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var status = Parse(await LineAsync(cancellationToken));
        var (close, chunked, length) = (false, false, (int?)null);
        List<string>? cookies = null;
        while (true)
        {
            var line = await LineAsync(cancellationToken);
            if (line.Length == 0)
            {
                return new Head(status, close, chunked, length, cookies ?? (IReadOnlyList<string>)[]);
            }

            if (IsHeader(line, "connection", out var value))
            {
                close = value.Contains("close", StringComparison.OrdinalIgnoreCase);
            }
            else if (IsHeader(line, "transfer-encoding", out value))
            {
                chunked = value.Contains("chunked", StringComparison.OrdinalIgnoreCase);
            }
            else if (IsHeader(line, "content-length", out value))
            {
                length = int.Parse(value, CultureInfo.InvariantCulture);
            }
            else if (IsHeader(line, "set-cookie", out value))
            {
                (cookies ??= []).Add(value);
            }
        }
    }

    private async Task ReadChunksAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var size = ChunkSize(await LineAsync(cancellationToken));
            if (size == 0)
            {
                break;
            }

            await TakeAsync(size, cancellationToken);
            await LineAsync(cancellationToken);
        }

        while ((await LineAsync(cancellationToken)).Length > 0)
        {
            // Trailers.
        }
    }

    private async ValueTask<string> LineAsync(CancellationToken cancellationToken)
    {
        int length;
        while ((length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
        {
            await FillAsync(cancellationToken);
        }

        var line = Encoding.ASCII.GetString(_buffer, _start, length);
        _start += length + 2;
        return line;
    }

    private async ValueTask TakeAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            await FillAsync(cancellationToken);
        }

        Append(count);
    }

    private async ValueTask TakeAllAsync(CancellationToken cancellationToken)
    {
        do
        {
            Append(_end - _start);
            _start = _end = 0;
            _end = await socket.ReceiveAsync(_buffer, cancellationToken);
        }
        while (_end > 0);
    }

    private void Append(int count)
    {
        if (_body.Length < _bodyLength + count)
        {
            Array.Resize(ref _body, (_bodyLength + count) * 2);
        }

        _buffer.AsSpan(_start, count).CopyTo(_body.AsSpan(_bodyLength));
        _bodyLength += count;
        _start += count;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
        if (read == 0)
        {
            throw _begun ? new LossException(LossCause.Truncated, "the connection ended within the answer")
                : new LossException(LossCause.Unanswered, "the connection ended before the answer began");
        }

        _begun = true;
        _end += read;
    }

    private static int Parse(string statusLine) =>
        statusLine.StartsWith("HTTP/1.", StringComparison.Ordinal) && statusLine.Length >= 12 && int.TryParse(statusLine.AsSpan(9, 3), out var status)
            ? status
            : throw new LossException(LossCause.WrongAnswer, $"not a status line: '{statusLine}'");

    private static int ChunkSize(string line)
    {
        var digits = line.AsSpan(0, line.IndexOf(';') is var end and >= 0 ? end : line.Length).Trim();
        return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw new LossException(LossCause.WrongAnswer, $"not a chunk size: '{line}'");
    }

    private static bool IsHeader(string line, string name, out string value)
    {
        var found = line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase);
        value = found ? line[(name.Length + 1)..].Trim() : "";
        return found;
    }

    private readonly record struct Head(int Status, bool Close, bool Chunked, int? Length, IReadOnlyList<string> Cookies);
}
