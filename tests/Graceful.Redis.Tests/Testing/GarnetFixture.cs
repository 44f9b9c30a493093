using System.Globalization;
using System.Net;
using Garnet;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.Redis.Tests.Testing;

/// <summary>Garnet, embedded: with Lua, and with scripts as transactions, without which two connections would run scripts side by side.</summary>
public sealed class GarnetFixture : IDisposable
{
    private readonly GarnetServer _server;

    public GarnetFixture()
    {
        var port = FreePorts.Next();
        _server = new GarnetServer(
            ["--bind", IPAddress.Loopback.ToString(), "--port", port.ToString(CultureInfo.InvariantCulture), "--lua", "--lua-transaction-mode", "--memory", "64m", "--index", "16m", "-q"]);
        _server.Start();
        Configuration = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
    }

    public string Configuration { get; }

    public void Dispose() => _server.Dispose();
}
