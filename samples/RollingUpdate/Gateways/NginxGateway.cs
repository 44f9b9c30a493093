using System.Net.Sockets;

namespace Graceful.RollingUpdate;

/// <summary>
/// A real nginx, run as an ingress controller runs it: it checks nothing itself; the control plane rewrites the upstream and reloads it,
/// a second after it has learnt that an instance is going. No retries.
/// </summary>
/// <remarks>
/// A reload has losses of its own, whatever stands behind. The workers that leave close idle connections at once, and a request that is on its
/// way meets a reset (nginx 1.27.4 has <c>keepalive_min_timeout</c> against it); and as long as an HTTP/2 connection is busy, its old worker
/// stays, with the old upstream. So that only the fleet is measured, clients speak HTTP/1.1 here, which is what nginx speaks to Shop in any
/// case, with a new connection for each request; the connections from nginx to Shop are kept alive.
/// </remarks>
internal sealed class NginxGateway(Workspace workspace) : IGateway
{
    private static readonly TimeSpan ControllerDelay = TimeSpan.FromSeconds(1);

    private readonly string _program = Programs.Require("nginx");
    private readonly string _path = workspace.PathOf("nginx.conf");
    private readonly FixedEndpoints _front = new();
    private List<ShopAddress> _upstream = [];
    private ChildProcess? _process;

    public string Name => "nginx";

    public string Version => ProgramVersion.Of(_program, "-v");

    public IEndpoints Endpoints => _front;

    public async Task StartAsync(IReadOnlyList<ShopAddress> current, IReadOnlyList<ShopAddress> coming, CancellationToken cancellationToken)
    {
        await WriteAsync([.. current], cancellationToken);

        // TERM, not KILL, should we die: the master has workers to take with it.
        _process = ChildProcess.Start(
            _program, ["-p", workspace.Root, "-c", _path, "-e", "stderr", "-g", "daemon off;"], orphanSignal: "TERM");
        while (!await AnswersAsync(cancellationToken))
        {
            if (_process.Exited.IsCompleted)
            {
                throw new RollFailedException($"nginx exited with {await _process.Exited}:\n{_process.LastOutput}");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    public async Task AddAsync(ShopAddress instance, CancellationToken cancellationToken)
    {
        await WriteAsync([.. _upstream, instance], cancellationToken);
        await ReloadAsync(cancellationToken);
    }

    public async Task RemoveAsync(ShopAddress instance, CancellationToken cancellationToken)
    {
        await Task.Delay(ControllerDelay, cancellationToken);
        await WriteAsync([.. _upstream.Where(i => i != instance)], cancellationToken);
        await ReloadAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Signal(ProcessSignal.Term);
            await Task.WhenAny(_process.Exited, Task.Delay(TimeSpan.FromSeconds(3)));
            await _process.DisposeAsync();
        }
    }

    private async Task ReloadAsync(CancellationToken cancellationToken)
    {
        _process!.Signal(ProcessSignal.Hup);

        // nginx says nothing when its new workers are up. Half a second is many times what it takes.
        await Task.Delay(500, cancellationToken);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(_front.NextHttp(), cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Task WriteAsync(List<ShopAddress> upstream, CancellationToken cancellationToken)
    {
        _upstream = upstream;
        return File.WriteAllTextAsync(_path, Configuration(), cancellationToken);
    }

    private string Configuration() =>
        $$"""
        worker_processes 2;
        pid {{workspace.PathOf("nginx.pid")}};
        error_log stderr error;
        events { worker_connections 4096; }
        http {
            access_log off;
            client_body_temp_path {{workspace.PathOf("body")}};
            proxy_temp_path {{workspace.PathOf("proxy")}};
            fastcgi_temp_path {{workspace.PathOf("fastcgi")}};
            uwsgi_temp_path {{workspace.PathOf("uwsgi")}};
            scgi_temp_path {{workspace.PathOf("scgi")}};
            keepalive_requests 100000;
            map $http_upgrade $connection_header { default upgrade; '' ''; }
            upstream shop {
                {{string.Join("\n        ", _upstream.Select(i => $"server {i.Http} max_fails=0;"))}}
                keepalive 32;
            }
            proxy_next_upstream off;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_header;
            proxy_buffering off;
            proxy_read_timeout 60s;
            server {
                listen {{_front.NextHttp()}};
                keepalive_timeout 0;
                location / { proxy_pass http://shop; }
            }
        }

        """;
}
