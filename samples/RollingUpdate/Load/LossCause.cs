using System.Net;
using System.Net.Http;
using System.Net.Sockets;

namespace Graceful.RollingUpdate;

/// <summary>Sorts what went wrong into a few kinds. Every one of them is a lost request.</summary>
internal static class LossCause
{
    public const string Timeout = "timeout";
    public const string Refused = "connection refused";
    public const string Reset = "connection reset";
    public const string Unanswered = "closed without an answer";
    public const string Truncated = "answer cut short";
    public const string WrongAnswer = "wrong answer";

    public static (string Cause, string Detail) Of(Exception exception) => exception switch
    {
        LossException loss => (loss.Cause, loss.Message),
        OperationCanceledException => (Timeout, "no answer in time"),
        _ when Find<SocketException>(exception) is { } socket => (Of(socket.SocketErrorCode), Text(exception)),
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => (Unanswered, Text(exception)),
        HttpRequestException { StatusCode: { } status } => (Status(status), Text(exception)),
        HttpRequestException http => (http.HttpRequestError.ToString(), Text(exception)),
        HttpProtocolException protocol => ($"h2 error {protocol.ErrorCode}", Text(exception)),
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => (Truncated, Text(exception)),
        _ => (exception.GetType().Name, Text(exception)),
    };

    public static string Status(HttpStatusCode status) => $"status {(int)status}";

    private static string Of(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => Refused,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => Reset,
        _ => error.ToString(),
    };

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }

    private static string Text(Exception exception)
    {
        var messages = new List<string>();
        for (var e = exception; e is not null; e = e.InnerException)
        {
            messages.Add($"{e.GetType().Name}: {e.Message}");
        }

        return string.Join(" <- ", messages);
    }
}
