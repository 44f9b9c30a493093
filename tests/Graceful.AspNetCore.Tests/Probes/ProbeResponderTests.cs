using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Probes;

/// <summary>Who may see what: the peers that a test on loopback cannot be.</summary>
public class ProbeResponderTests
{
    [Theory]
    [InlineData("127.0.0.1", true, false, true)]
    [InlineData("::1", true, false, true)]
    [InlineData("::ffff:127.0.0.1", true, false, true)]
    [InlineData("10.1.2.3", true, false, false)]
    [InlineData(null, true, false, false)]
    [InlineData("127.0.0.1", false, false, false)]
    [InlineData("10.1.2.3", true, true, true)]
    [InlineData("10.1.2.3", false, true, true)]
    public async Task Verbose_IsForLoopbackOnTheProbeListener_UnlessOpened(string? peer, bool trustLoopback, bool fromAnywhere, bool detail)
    {
        var responder = new ProbeResponder(new Probes(), new ProbeOptions { VerboseFromAnywhere = fromAnywhere });
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.QueryString = new QueryString("?verbose");
        context.Connection.RemoteIpAddress = peer is null ? null : IPAddress.Parse(peer);
        context.Response.Body = new MemoryStream();

        await responder.RespondAsync(context, ProbeKind.Readiness, trustLoopback);

        Assert.Equal(detail ? "application/json" : "text/plain", context.Response.ContentType);
        Assert.Equal(503, context.Response.StatusCode);
    }

    [Fact]
    public async Task Verbose_ReasonWithQuotedNames_IsReadableAtATerminal()
    {
        var responder = new ProbeResponder(new Probes(), new ProbeOptions { VerboseFromAnywhere = true });
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.QueryString = new QueryString("?verbose");
        using var body = new MemoryStream();
        context.Response.Body = body;

        await responder.RespondAsync(context, ProbeKind.Readiness, trustLoopback: true);

        Assert.Contains("\"reason\": \"Contract 'session' <1>\"", Encoding.UTF8.GetString(body.ToArray()), StringComparison.Ordinal);
    }

    private sealed class Probes : IProbes
    {
        public ProbeResult Check(ProbeKind kind) => new(false, "Contract 'session' <1>");

        public ProbeDetail GetDetail(ProbeKind kind) => new(Check(kind), InstancePhase.Ready, default, []);
    }
}
