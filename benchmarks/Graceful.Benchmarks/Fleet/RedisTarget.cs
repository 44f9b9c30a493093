using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Graceful.Benchmarks;

/// <summary>The redis-server that is measured: one of its own, without persistence, on a free loopback port; or one that is named. Stopped at the end if it was started here.</summary>
internal sealed class RedisTarget : IAsyncDisposable
{
    private const string Program = "redis-server";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Process? _process;
    private readonly ConnectionMultiplexer _operator;

    private RedisTarget(string address, Process? process, ConnectionMultiplexer connection) => (Address, _process, _operator) = (address, process, connection);

    public string Address { get; }

    /// <summary>For what is asked about the server and not by the fleet.</summary>
    public IServer Server => _operator.GetServers()[0];

    public IDatabase Database => _operator.GetDatabase();

    public string Description => $"redis-server {Server.Version}{(_process is null ? "" : ", no persistence, on this machine")}";

    public static async Task<RedisTarget> OpenAsync(string? address)
    {
        var process = address is null ? Start(out address) : null;
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new RedisTarget(address, process, await ConnectionMultiplexer.ConnectAsync($"{address},allowAdmin=true,connectRetry=1,asyncTimeout=60000"));
            }
            catch (RedisConnectionException) when (Stopwatch.GetElapsedTime(begun) < Patience)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>A member's connection, with the settings of the product.</summary>
    public ConfigurationOptions Configuration()
    {
        var configuration = RedisConfiguration.For(new RedisOptions { Configuration = Address });

        // One connection for commands and channels, so that connections can be counted.
        configuration.Protocol = RedisProtocol.Resp3;

        // Thousands of clients in one process: what they do besides must not be what is measured.
        configuration.ConfigCheckSeconds = 3600;
        configuration.HeartbeatInterval = TimeSpan.FromSeconds(5);
        configuration.ConnectTimeout = 30_000;
        return configuration;
    }

    /// <summary>One number of INFO.</summary>
    public async Task<double> ReadAsync(string section, string field)
    {
        var lines = (await Server.InfoAsync(section)).SelectMany(g => g);
        return double.Parse(lines.Single(l => l.Key == field).Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Processor time that the server has used, in seconds.</summary>
    public async Task<double> ProcessorTimeAsync() => await ReadAsync("cpu", "used_cpu_sys") + await ReadAsync("cpu", "used_cpu_user");

    /// <summary>It keeps its connections, and answers nothing any more. Only one that was started here.</summary>
    public void Pause() => Signal("STOP");

    public void Resume() => Signal("CONT");

    public async ValueTask DisposeAsync()
    {
        await _operator.DisposeAsync();
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Program} took no {name}.");
        }
    }

    private static Process Start(out string address)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        free.Stop();
        address = $"127.0.0.1:{port}";
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }
}
