using System.Net.Sockets;
using System.Text;

namespace Graceful.RollingUpdate;

/// <summary>
/// A real HAProxy, as a router (<c>mode http</c>) or passing connections on (<c>mode tcp</c>). No retries; readiness checked every second.
/// All servers, those to come too, are in its configuration: the checks alone decide who gets traffic.
/// </summary>
internal sealed class HaproxyGateway(bool layer7, ShopCertificate certificate, Workspace workspace) : IGateway
{
    private static readonly string[] Backends = ["http", "https"];

    private readonly string _program = Programs.Require("haproxy");
    private readonly FixedEndpoints _front = new();
    private readonly string _socketPath = workspace.PathOf("haproxy.sock");
    private ChildProcess? _process;

    public string Name => layer7 ? "haproxy (http)" : "haproxy (tcp)";

    public string Version => ProgramVersion.Of(_program, "-v");

    public IEndpoints Endpoints => _front;

    public async Task StartAsync(IReadOnlyList<ShopAddress> current, IReadOnlyList<ShopAddress> coming, CancellationToken cancellationToken)
    {
        var path = workspace.PathOf("haproxy.cfg");
        await File.WriteAllTextAsync(path, Configuration([.. current, .. coming]), cancellationToken);
        _process = ChildProcess.Start(_program, ["-db", "-f", path]);
        foreach (var instance in current)
        {
            await WaitForAsync(instance, "UP", cancellationToken);
        }

        // HAProxy believes in a server until its first check has failed.
        foreach (var instance in coming)
        {
            await WaitForAsync(instance, "DOWN", cancellationToken);
        }
    }

    public Task AddAsync(ShopAddress instance, CancellationToken cancellationToken) => WaitForAsync(instance, "UP", cancellationToken);

    public Task RemoveAsync(ShopAddress instance, CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task WaitForAsync(ShopAddress instance, string status, CancellationToken cancellationToken)
    {
        while (!await IsAsync(instance, status, cancellationToken))
        {
            if (_process!.Exited.IsCompleted)
            {
                throw new RollFailedException($"haproxy exited with {await _process.Exited}:\n{_process.LastOutput}");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    private async Task<bool> IsAsync(ShopAddress instance, string status, CancellationToken cancellationToken)
    {
        var states = await ServerStatesAsync(cancellationToken);
        return Backends.All(backend =>
            states.TryGetValue($"to_{backend},{instance.Name}", out var state) && state.StartsWith(status, StringComparison.Ordinal));
    }

    private async Task<Dictionary<string, string>> ServerStatesAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), cancellationToken);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync("show stat\n"u8.ToArray(), cancellationToken);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var rows = (await reader.ReadToEndAsync(cancellationToken)).Split('\n').Select(row => row.Split(','));
            const int StatusColumn = 17;
            return rows.Where(r => r.Length > StatusColumn).ToDictionary(r => $"{r[0]},{r[1]}", r => r[StatusColumn]);
        }
        catch (SocketException)
        {
            return [];
        }
    }

    private string Configuration(IReadOnlyList<ShopAddress> servers)
    {
        var mode = layer7 ? "http" : "tcp";

        // Layer 7 ends TLS in front and speaks HTTP/2 over TLS to Shop; layer 4 passes TLS on.
        var frontTls = layer7 ? $" ssl crt {certificate.PemPath} alpn h2,http/1.1" : "";
        var backTls = layer7 ? " ssl verify none alpn h2" : "";
        return $"""
            global
                maxconn 4000
                stats socket {_socketPath} mode 600 level user
            defaults
                mode {mode}
                retries 0
                timeout connect 5s
                timeout client 60s
                timeout server 60s
                timeout tunnel 1h
                timeout check 2s
                option httpchk GET /readyz
                default-server inter 1s fall 1 rise 1
            frontend http
                bind {_front.NextHttp()}
                default_backend to_http
            frontend https
                bind {_front.NextHttps()}{frontTls}
                default_backend to_https
            backend to_http
                balance roundrobin
            {Lines(s => $"    server {s.Name} {s.Http} check port {s.ReadinessPort}")}
            backend to_https
                balance roundrobin
            {Lines(s => $"    server {s.Name} {s.Https} check port {s.ReadinessPort} no-check-ssl{backTls}")}

            """;

        string Lines(Func<ShopAddress, string> line) => string.Join('\n', servers.Select(line));
    }
}
