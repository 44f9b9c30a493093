using System.IO.Pipelines;
using System.Text;

namespace Graceful.Benchmarks;

/// <summary>Sends one request again and again on one connection.</summary>
internal sealed class InMemoryClient(IDuplexPipe connection, string path)
{
    private const int SureAfter = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly byte[] _request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    /// <summary>
    /// Repeats the request until it is answered with success, and on this thread: Kestrel handles the first bytes of a connection on
    /// another one.
    /// </summary>
    public void Prepare(AsyncGate? gate = null)
    {
        var answer = "nothing";
        var deadline = DateTime.UtcNow + Limit;
        for (var inline = 0; inline < SureAfter; inline++)
        {
            Send();
            if (gate is not null && SpinWait.SpinUntil(() => gate.IsWaitedFor, Limit))
            {
                gate.Release();
            }

            if (!TryReceive(out answer))
            {
                inline = -1;
                SpinWait.SpinUntil(() => TryReceive(out answer), Limit);
            }

            if (!answer.StartsWith("HTTP/1.1 2", StringComparison.Ordinal))
            {
                inline = -1;
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new InvalidOperationException($"{path} does not run inline, or answers: {answer}");
            }
        }
    }

    public void Send()
    {
        var write = connection.Output.WriteAsync(_request);
        if (!write.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("The pipe is full: the server does not read.");
        }
    }

    /// <summary>Takes the answer, which is there already.</summary>
    public long Receive()
    {
        if (!connection.Input.TryRead(out var read))
        {
            throw new InvalidOperationException("No answer: the request did not run inline.");
        }

        var length = read.Buffer.Length;
        connection.Input.AdvanceTo(read.Buffer.End);
        return length;
    }

    private bool TryReceive(out string answer)
    {
        if (!connection.Input.TryRead(out var read))
        {
            answer = "nothing";
            return false;
        }

        answer = Encoding.ASCII.GetString(read.Buffer);
        connection.Input.AdvanceTo(read.Buffer.End);
        return true;
    }
}
