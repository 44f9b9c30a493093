using System.Text;
using Microsoft.AspNetCore.Http;

namespace Graceful.Benchmarks;

/// <summary>A browser with an established session.</summary>
internal sealed class SessionClient
{
    private readonly SessionHost _host;
    private readonly string? _cookie;
    private readonly int _size;

    private SessionClient(SessionHost host, string? cookie, int size) => (_host, _cookie, _size) = (host, cookie, size);

    /// <summary>Begins a session of so many entries of so many bytes.</summary>
    public static async Task<SessionClient> EstablishAsync(SessionHost host, int entries, int size)
    {
        var answer = await host.SendAsync(SessionEndpoints.Establish, null, new SessionWork { Entries = entries, Value = Value(size, 0) });
        var cookie = answer.Headers.SetCookie.ToString();
        var end = cookie.IndexOf(';', StringComparison.Ordinal);
        return end > 0 ? new SessionClient(host, cookie[..end], size) : throw new InvalidOperationException($"{host.Side}: no session was begun, the answer is {answer.StatusCode}.");
    }

    /// <summary>The same browser at another instance.</summary>
    public SessionClient At(SessionHost host) => new(host, _cookie, _size);

    /// <summary>Throws when it was not done: a number without the work would be worth nothing.</summary>
    /// <param name="path">What to do.</param>
    /// <param name="number">Decides what is written.</param>
    public async Task DoAsync(string path, int number)
    {
        var answer = await SendAsync(path, path is SessionEndpoints.BlindWrite or SessionEndpoints.ReadAndWrite ? new SessionWork { Value = Value(_size, number) } : SessionWork.None);
        if (answer.StatusCode != StatusCodes.Status200OK || IsEmpty(answer))
        {
            throw new InvalidOperationException($"{_host.Side}: {path} was answered with {answer.StatusCode}{(IsEmpty(answer) ? " and without data" : "")}.");
        }
    }

    public Task<SessionRequest> SendAsync(string path, SessionWork work) => _host.SendAsync(path, _cookie, work);

    /// <summary>What the session holds: the same on both sides after the same work.</summary>
    public async Task<string> DescribeAsync()
    {
        var answer = await SendAsync(SessionEndpoints.Describe, SessionWork.None);
        return answer.StatusCode == StatusCodes.Status200OK ? Encoding.ASCII.GetString(answer.Received) : throw new InvalidOperationException($"{_host.Side}: {answer.StatusCode}.");
    }

    public static bool IsEmpty(SessionRequest answer) => answer.Headers.ContainsKey("X-Empty");

    private static byte[] Value(int size, int number)
    {
        var value = new byte[size];
        BitConverter.TryWriteBytes(value, number);
        return value;
    }
}
