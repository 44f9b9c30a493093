using Microsoft.AspNetCore.Hosting.Server;

namespace Graceful;

/// <summary>Knows the servers of WebApplicationFactory, by name: their packages are for tests only.</summary>
internal static class TestHost
{
    public static bool IsTestServer(IServer? server) => server?.GetType().FullName == "Microsoft.AspNetCore.TestHost.TestServer";

    /// <summary>
    /// <c>WebApplicationFactory.UseKestrel()</c> registers a second Kestrel, behind all that the application registered: its requests cannot
    /// be counted, and a test has no use for that.
    /// </summary>
    public static bool IsTestKestrel(IServer? server) =>
        server?.GetType().FullName == "Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerImpl"
        && AppDomain.CurrentDomain.GetAssemblies().Any(a => a.GetName().Name == "Microsoft.AspNetCore.Mvc.Testing");
}
