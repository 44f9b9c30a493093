using System.Net.Sockets;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

/// <summary>Connections that are used again and again: they leave on a response, one by one.</summary>
public sealed class KeepAliveTests
{
    private const int Connections = 40;

    [Fact]
    public async Task LameDuck_BusyConnections_LeaveOneByOneEachOnAnAnswer()
    {
        // Long: on a machine that is busy with other things an answer may take a second.
        var settings = new AppSettings { PropagationDelay = TimeSpan.FromSeconds(10) };
        await using var app = await AppProcess.StartReadyAsync("web", settings);
        var clients = Enumerable.Range(0, Connections).Select(_ => UseUntilClosedAsync(app)).ToList();
        await Poll.UntilAsync(() => clients.All(c => !c.IsCompleted), () => "A connection was closed before its time.");

        app.Signal(Signals.Term);
        var left = await Task.WhenAll(clients);

        await app.ExitsCleanlyAsync();
        Assert.True(app.Report.IsClean);
        Assert.All(left, l => Assert.True(l.OnAnswer, "A connection was closed without a word: its next request would have been lost."));

        // Rising from 0 to 1: not all on their first answer, but all by the end.
        Assert.True(left.Max(l => l.Answers) >= 4, "They all left at the same time.");
        TimeAssert.AtMost(10, left.Max(l => l.After));
    }

    [Fact]
    public async Task LameDuck_IdleConnections_AreClosedAtItsEndAndNotBefore()
    {
        await using var app = await AppProcess.StartReadyAsync("web", new AppSettings { PropagationDelay = TimeSpan.FromSeconds(2.5) });
        using var client = await RawConnection.OpenAsync(app.Addresses[0]);
        await client.RequestAsync("/hello");
        Assert.Contains("hello", await client.AnswerAsync(), StringComparison.Ordinal);

        app.Signal(Signals.Term);

        Assert.True(await client.EndsWithFinAsync());
        TimeAssert.AtLeast(1.5, app.SinceAsked);
        await app.ExitsCleanlyAsync();
        Assert.True(app.Report.LameDuck >= TimeSpan.FromSeconds(2.5));
        Assert.Equal(0, app.Report.Count("connectionsAborted"));
    }

    [Fact]
    public async Task Http2_OneOfManyRequests_GetsAGoawayAndLosesNothing()
    {
        await using var app = await AppProcess.StartReadyAsync("streams", new AppSettings { PropagationDelay = TimeSpan.FromSeconds(2) });
        using var handler = new SocketsHttpHandler();
#pragma warning disable CA5359 // The certificate was made by the program under test, for this run.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        using var client = new HttpClient(handler)
        {
            BaseAddress = app.Addresses[1],
            DefaultRequestVersion = new Version(2, 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var answered = 0;
        await GetAsync();
        app.Signal(Signals.Term);

        // Whatever is sent until the end of the lame duck is answered, over as many connections as that takes.
        while (!app.Output.Has("phase Draining"))
        {
            await GetAsync();
        }

        await app.ExitsCleanlyAsync();
        Assert.True(app.Report.IsClean);
        Assert.True(answered > 10);

        async Task GetAsync()
        {
            Assert.Equal("hello", await client.GetStringAsync(new Uri("/hello", UriKind.Relative), TestContext.Current.CancellationToken));
            answered++;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks, waits for the answer, asks again; ends when the server closes the connection.</summary>
    private static async Task<(bool OnAnswer, int Answers, TimeSpan After)> UseUntilClosedAsync(AppProcess app)
    {
        using var connection = await RawConnection.OpenAsync(app.Addresses[0]);
        var answers = 0;
        while (true)
        {
            try
            {
                await connection.RequestAsync("/hello");
                var answer = await connection.AnswerAsync();
                answers += app.Output.Has("phase LameDuck") ? 1 : 0;
                if (answer.Length == 0)
                {
                    return (false, answers, app.SinceAsked);
                }

                if (answer.Contains("Connection: close", StringComparison.Ordinal))
                {
                    return (true, answers, app.SinceAsked);
                }
            }
            catch (SocketException)
            {
                return (false, answers, app.SinceAsked);
            }

            await Task.Delay(30, TestContext.Current.CancellationToken);
        }
    }
}
