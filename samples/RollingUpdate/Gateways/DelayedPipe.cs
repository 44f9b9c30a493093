using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Graceful.RollingUpdate;

/// <summary>One direction of a proxied connection. Reading and writing overlap, so that the delay costs no throughput.</summary>
internal sealed class DelayedPipe(Socket from, Socket to, TimeSpan delay)
{
    private const int SegmentSize = 8192;

    private readonly Channel<Segment> _inFlight = Channel.CreateBounded<Segment>(256);

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(ReadAsync(cancellationToken), WriteAsync(cancellationToken));

    /// <summary>Closes with RST instead of FIN.</summary>
    public static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already; there is nobody to tell.
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var end = SegmentKind.End;
        try
        {
            while (true)
            {
                var buffer = ArrayPool<byte>.Shared.Rent(SegmentSize);
                var count = await from.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                if (count == 0)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    break;
                }

                await _inFlight.Writer.WriteAsync(new Segment(SegmentKind.Data, buffer, count, Due()), cancellationToken);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or ChannelClosedException)
        {
            end = SegmentKind.Reset;
        }

        // Waits for room if need be: the end must not overtake the data.
        await _inFlight.Writer.WriteAsync(new Segment(end, [], 0, Due()), CancellationToken.None).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _inFlight.Writer.TryComplete();
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var segment in _inFlight.Reader.ReadAllAsync(cancellationToken))
            {
                await WaitUntilAsync(segment.Due, cancellationToken);
                switch (segment.Kind)
                {
                    case SegmentKind.End:
                        to.Shutdown(SocketShutdown.Send);
                        break;
                    case SegmentKind.Reset:
                        Reset(to);
                        break;
                    default:
                        await SendAsync(segment, cancellationToken);
                        break;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The receiver has gone: the sender learns of it as it would from a host that answers RST.
            _inFlight.Writer.TryComplete();
            await Task.Delay(delay, CancellationToken.None);
            Reset(from);
        }
    }

    private async Task SendAsync(Segment segment, CancellationToken cancellationToken)
    {
        try
        {
            for (var sent = 0; sent < segment.Count;)
            {
                sent += await to.SendAsync(segment.Buffer.AsMemory(sent, segment.Count - sent), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(segment.Buffer);
        }
    }

    private static Task WaitUntilAsync(long due, CancellationToken cancellationToken)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        return left > TimeSpan.Zero ? Task.Delay(left, cancellationToken) : Task.CompletedTask;
    }

    private long Due() => Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency);

    private enum SegmentKind
    {
        Data,
        End,
        Reset,
    }

    private readonly record struct Segment(SegmentKind Kind, byte[] Buffer, int Count, long Due);
}
