using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Graceful.RollingUpdate.Tests.Processes;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.Testing;

/// <summary>A redis-server of its own, on a loopback port, in a folder of its own. It can be killed and started again on the same port.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Program = "redis-server";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string[] _settings;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graceful-redis-");
    private readonly ConcurrentQueue<string> _output = [];
    private Process? _process;

    private RedisServer(string[] settings) => _settings = settings;

    public int Port { get; } = FreePorts.Next();

    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public static bool IsInstalled => Find() is not null;

    /// <summary>Skips the test when there is no redis-server, or fails it where GRACEFUL_REQUIRE_PEERS=1.</summary>
    public static void Require()
    {
        if (!IsInstalled)
        {
            Assert.False(Environment.GetEnvironmentVariable("GRACEFUL_REQUIRE_PEERS") == "1", $"GRACEFUL_REQUIRE_PEERS=1, but '{Program}' is not installed.");
            Assert.Skip($"'{Program}' is not installed.");
        }
    }

    /// <summary>Not running yet: for a start without Redis.</summary>
    public static RedisServer Prepare(params string[] settings)
    {
        Require();
        return new RedisServer(settings);
    }

    public static async Task<RedisServer> StartAsync(params string[] settings)
    {
        var server = Prepare(settings);
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(Find()!) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] all =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder.FullName, "--appendfsync", "always", "--save", "", "--enable-debug-command", "yes", .. _settings,
        ];
        foreach (var argument in all)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => _output.Enqueue(e.Data ?? "");
        _process.ErrorDataReceived += (_, e) => _output.Enqueue(e.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var begun = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            Assert.False(_process.HasExited, $"{Program} ended: {string.Join(' ', all)}");
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, $"{Program} does not answer.");
            await Task.Delay(10);
        }
    }

    /// <summary>As kill -9.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>Hung: connections stay open, and nothing is answered until <see cref="ThawAsync"/>.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    public void ForgetData()
    {
        foreach (var file in _folder.EnumerateFileSystemInfos())
        {
            (file as DirectoryInfo)?.Delete(recursive: true);
            (file as FileInfo)?.Delete();
        }
    }

    /// <summary>An administrator's connection.</summary>
    public Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync($"{Configuration},allowAdmin=true");

    /// <summary>Says something as an administrator.</summary>
    public async Task<RedisResult> SayAsync(string command, params object[] arguments)
    {
        await using var connection = await ConnectAsync();
        return await connection.GetServers()[0].ExecuteAsync(command, arguments);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);

        // Shown by the runner when the test has failed.
        TestContext.Current.TestOutputHelper?.WriteLine($"--- {Program} on port {Port}\n{string.Join('\n', _output)}");
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(d => d.Length > 0).Select(d => Path.Combine(d, Program)).FirstOrDefault(File.Exists);

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            await using var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[64];
            var length = await stream.ReadAsync(answer);

            // With a password it does not say PONG, but it is there.
            return length > 0 && (answer[0] == '+' || answer.AsSpan(0, length).StartsWith("-NOAUTH"u8));
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
