using Microsoft.AspNetCore.Hosting.Server;

namespace Graceful;

/// <summary>Knows the in-memory server of WebApplicationFactory, by name: its package is for tests only.</summary>
internal static class TestHost
{
    public static bool IsTestServer(IServer? server) => server?.GetType().FullName == "Microsoft.AspNetCore.TestHost.TestServer";
}
