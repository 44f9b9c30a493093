using System.Globalization;
using System.Net;
using System.Reflection;
using Garnet;

namespace Graceful.RollingUpdate;

/// <summary>
/// Garnet in this process, on a loopback port: it speaks Redis' protocol and comes as a package, so that the sample runs with nothing installed. For production take a Redis, or a Garnet of its own:
/// what all instances share should not live inside one of them.
/// </summary>
internal sealed class EmbeddedStore : IRunStore
{
    private readonly GarnetServer _server;

    private EmbeddedStore(GarnetServer server, string address, string fleet)
    {
        _server = server;
        Address = address;
        Fleet = fleet;
    }

    public string Name => $"Garnet {Version()}, in this process";

    public string Address { get; }

    public string Fleet { get; }

    public static EmbeddedStore Start(string fleet)
    {
        var port = FreePorts.Next().ToString(CultureInfo.InvariantCulture);

        // Lua is off by default. Without the transaction mode two connections would run scripts side by side, and the fleet's steps would not be atomic.
        var server = new GarnetServer(["--bind", $"{IPAddress.Loopback}", "--port", port, "--lua", "--lua-transaction-mode", "--memory", "64m", "--index", "16m", "-q"]);
        server.Start();
        return new EmbeddedStore(server, $"{IPAddress.Loopback}:{port}", fleet);
    }

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Version()
    {
        var version = typeof(GarnetServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        return version.Split('+')[0];
    }
}
