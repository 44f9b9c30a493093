using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Graceful.Benchmarks;

/// <summary>The application in a process of its own. It ends with this one, and when it is disposed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(ProcessStartInfo start, int port)
    {
        Port = port;
        Started = Stopwatch.GetTimestamp();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public int Port { get; }

    /// <summary>The timestamp taken just before the process was created.</summary>
    public long Started { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Processor time used so far.</summary>
    public TimeSpan Used
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static ServerProcess Start(AppBuild build, AppVariant variant, bool quiet)
    {
        var ports = FreePorts();
        var start = new ProcessStartInfo(build.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(build.Program),
        };
        start.Environment[BenchmarkApp.Switch] = variant.ToString();
        start.Environment[BenchmarkApp.Quiet] = quiet ? "1" : null;
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ports.Main}";
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["Graceful__Enabled"] = variant == AppVariant.Disabled ? "false" : "true";
        start.Environment["Graceful__Probes__Port"] = ports.Probes.ToString(CultureInfo.InvariantCulture);
        return new ServerProcess(start, ports.Main);
    }

    /// <summary>How long it took from before the process was created to the first answer of the main endpoint.</summary>
    public TimeSpan WaitForFirstAnswer()
    {
        var request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8;
        Span<byte> answer = stackalloc byte[256];
        while (!HasExited)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Connect(IPAddress.Loopback, Port);
            }
            catch (SocketException)
            {
                Thread.Sleep(1);
                continue;
            }

            socket.Send(request);
            var length = socket.Receive(answer);
            var took = Stopwatch.GetElapsedTime(Started);
            return answer[..length].StartsWith("HTTP/1.1 200"u8) ? took : throw new InvalidOperationException("The first answer is not 200.");
        }

        throw new InvalidOperationException("The application ended instead of answering.");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static (int Main, int Probes) FreePorts()
    {
        using var main = new TcpListener(IPAddress.Loopback, 0);
        using var probes = new TcpListener(IPAddress.Loopback, 0);
        main.Start();
        probes.Start();
        return (((IPEndPoint)main.LocalEndpoint).Port, ((IPEndPoint)probes.LocalEndpoint).Port);
    }
}
