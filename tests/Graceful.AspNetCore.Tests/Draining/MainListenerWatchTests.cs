using System.Net;
using System.Net.Sockets;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Draining;

public class MainListenerWatchTests
{
    private const string Watchdog = "main listener";

    /// <summary>Not every system connects to "any".</summary>
    [Theory]
    [InlineData("http://127.0.0.1:5000", "127.0.0.1:5000")]
    [InlineData("http://10.1.2.3:5000", "10.1.2.3:5000")]
    [InlineData("http://0.0.0.0:5000", "127.0.0.1:5000")]
    [InlineData("http://*:5000", "127.0.0.1:5000")]
    [InlineData("https://+:5001", "127.0.0.1:5001")]
    [InlineData("http://[::]:5000", "[::1]:5000")]
    [InlineData("http://[::1]:5000", "[::1]:5000")]
    [InlineData("http://localhost:5000", "127.0.0.1:5000")]
    [InlineData("http://unix:/tmp/socket", null)]
    [InlineData("http://shop.example:5000", null)]
    public void Target_IsAnAddressOfThisMachine(string address, string? target) => Assert.Equal(target, MainListenerWatch.TargetOf([address])?.ToString());

    [Fact]
    public void Target_IsTheFirstThatIsAPort() => Assert.Equal(5001, MainListenerWatch.TargetOf(["http://unix:/tmp/socket", "http://*:5001", "http://*:5002"])?.Port);

    [Fact]
    public async Task ListenerThatAnswers_KeepsLivenessUp_AndIsNoTraffic()
    {
        await using var test = await TestApp.StartAsync(null, Fast, WatchIt);
        await Eventually.True(() => Status(test) == "Healthy", "the watchdog");

        // Longer than the watchdog waits for a beat, which every answer gives it: three looks, 50 ms apart, of half a second at most.
        await Task.Delay(TimeSpan.FromSeconds(2.2));

        Assert.Equal("Healthy", Status(test));
        Assert.Equal((0L, 0L), (test.Open.LastArrival, test.Open.TotalRequests));
    }

    /// <summary>A process that hangs leaves its clients in the queue of its listener: the system answers nobody any more once that is full.</summary>
    [Fact]
    public async Task ListenerWithAFullQueue_IsGivenUpAfterAWhile()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var address = (IPEndPoint)listener.LocalEndPoint!;
        var waiting = Enumerable.Range(0, 8).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
        waiting.ForEach(s => _ = s.ConnectAsync(address));
        await Eventually.True(() => waiting.Count(s => s.Connected) == 2, "the queue is full");
        var log = new CapturedLog();
        using var watched = new Watched(new Uri($"http://{address}"), log);
        await watched.Watch.StartedAsync(default);

        await Eventually.True(() => log.Named("MainListenerSilent").Count() > 1, "two looks are given up");
        Assert.Equal(0, watched.Beats);
        waiting.ForEach(s => s.Dispose());
    }

    /// <summary>The first request of all must not wait for it.</summary>
    [Fact]
    public async Task Started_TheFirstLookIsAnIntervalAway()
    {
        await using var test = await TestApp.StartAsync();
        var time = new FakeTimeProvider();
        using var watched = new Watched(test.Http, new CapturedLog(), time);
        await watched.Watch.StartedAsync(default);
        Assert.False(watched.IsRegistered);

        time.Advance(Watched.Interval);

        Assert.True(watched.IsRegistered);
    }

    /// <summary>A test host disposes without a stop.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StoppedOrDisposed_LooksNoMore(bool stops)
    {
        await using var test = await TestApp.StartAsync();
        using var watched = new Watched(test.Http, new CapturedLog());
        await watched.Watch.StartedAsync(default);
        await Eventually.True(() => watched.Beats > 0, "a look");
        if (stops)
        {
            await watched.Watch.StopAsync(default);
        }
        else
        {
            watched.Watch.Dispose();
        }

        await Eventually.True(() => watched.HasEnded, "the watchdog's end");
    }

    [Fact]
    public async Task ListenerThatAcceptsNobody_FailsLiveness()
    {
        await using var test = await TestApp.StartAsync(null, Fast, WatchIt);
        await Eventually.True(() => Status(test) == "Healthy", "the watchdog");

        // Not a stop of the host: the listener alone goes away.
        await test.App.Services.GetRequiredService<IServer>().StopAsync(CancellationToken.None);

        await Eventually.True(() => Status(test) == "Unhealthy", "liveness fails");
        Assert.False(test.App.Services.GetRequiredService<IProbes>().Check(ProbeKind.Liveness).IsHealthy);
        Assert.NotEmpty(test.Log.Named("MainListenerSilent"));
    }

    [Fact]
    public async Task Draining_IsNotWatched()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"), Fast, WatchIt);
        await Eventually.True(() => Status(test) == "Healthy", "the watchdog");

        await test.DrainAsync();

        await Eventually.True(() => Status(test) is null, "the watchdog's end");
        await test.App.StopAsync();
        Assert.True(test.App.Services.GetRequiredService<IProbes>().Check(ProbeKind.Liveness).IsHealthy);
    }

    private static string? Status(TestApp test) =>
        test.App.Services.GetRequiredService<IProbes>().GetDetail(ProbeKind.Liveness).Checks.SingleOrDefault(c => c.Name == Watchdog)?.Status;

    private static void WatchIt(WebApplicationBuilder builder) => builder.Services.AddSingleton<MainListenerWatch>();

    private static void Fast(GracefulOptions options)
    {
        options.Probes.Liveness.CheckInterval = TimeSpan.FromMilliseconds(50);
        options.Probes.Liveness.ThreadPoolLag = TimeSpan.FromMilliseconds(500);
    }

    /// <summary>The watch alone, of any address.</summary>
    private sealed class Watched : IServer, IWatchdogs, IWatchdog, IDrainCoordinator
    {
        public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
        private int _beats;

        public Watched(Uri address, CapturedLog log, TimeProvider? time = null)
        {
            var addresses = new ServerAddressesFeature();
            addresses.Addresses.Add(address.ToString());
            Features.Set<IServerAddressesFeature>(addresses);
            var options = new LivenessOptions { CheckInterval = Interval, ThreadPoolLag = TimeSpan.FromMilliseconds(200) };
            Watch = new MainListenerWatch(this, this, this, options, time ?? TimeProvider.System, LoggerFactory.Create(b => b.AddProvider(log)).CreateLogger<MainListenerWatch>());
        }

        public MainListenerWatch Watch { get; }

        public int Beats => Volatile.Read(ref _beats);

        public bool IsRegistered { get; private set; }

        public bool HasEnded { get; private set; }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public InstancePhase Phase => InstancePhase.Ready;

        public CancellationToken DrainStarted => default;

        public DateTimeOffset? Deadline => null;

        public void Beat() => Interlocked.Increment(ref _beats);

        public IWatchdog Register(string name, TimeSpan timeLimit)
        {
            IsRegistered = true;
            return this;
        }

        void IDisposable.Dispose()
        {
            HasEnded = true;
            Watch.Dispose();
        }

        public Task<DrainReport> DrainAsync(string reason, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IDisposable TrackWork(string name) => throw new NotSupportedException();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => throw new NotSupportedException();

        public Task StopAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
