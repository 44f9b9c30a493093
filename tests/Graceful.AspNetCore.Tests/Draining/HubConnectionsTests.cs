using System.Security.Claims;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>When a SignalR connection is told to leave, on a clock that stands still until it is told otherwise.</summary>
public sealed class HubConnectionsTests : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly HubConnections _hubs;
    private bool _isOver;

    public HubConnectionsTests() => _hubs = new HubConnections(new DrainOptions { StreamGrace = Grace }, _time);

    public void Dispose()
    {
        _isOver = true;
        _services.Dispose();
    }

    [Fact]
    public async Task Silent_IsClosedAfterAQuarterOfTheGrace()
    {
        var caller = await ConnectAsync();
        Begin();
        await AdvanceAsync((Grace / 4) - Look);
        Assert.False(caller.IsClosed);

        await AdvanceAsync(2 * Look);

        Assert.True(caller.IsClosed);
    }

    [Fact]
    public async Task AnsweredBeforeTheDrain_IsSilent()
    {
        var caller = await ConnectAsync();
        await InvokeAsync(caller, () => Task.CompletedTask);
        await AdvanceAsync(4 * Look);
        Begin();

        await AdvanceAsync(4 * Look);

        Assert.False(caller.IsClosed);
    }

    [Fact]
    public async Task ManySilent_AreClosedOneAfterTheOther()
    {
        var callers = new List<Caller>();
        for (var i = 0; i < 100; i++)
        {
            callers.Add(await ConnectAsync());
        }

        Begin();
        await AdvanceAsync((Grace / 4) + Look);
        Assert.InRange(callers.Count(c => c.IsClosed), 1, 20);

        await AdvanceAsync(Grace / 2);

        Assert.All(callers, c => Assert.Equal(1, c.Closes));
    }

    [Fact]
    public async Task Invoking_IsLeftAlone_AndClosedWhenItsAnswerIsOut()
    {
        var caller = await ConnectAsync();
        Begin();
        var answer = new TaskCompletionSource();
        var invocation = InvokeAsync(caller, () => answer.Task);
        await AdvanceAsync(Grace / 2);
        Assert.False(caller.IsClosed);
        answer.SetResult();
        await invocation;
        await AdvanceAsync(TimeSpan.FromMilliseconds(5));
        Assert.False(caller.IsClosed);

        await AdvanceAsync(3 * Look);

        Assert.True(caller.IsClosed);
    }

    [Fact]
    public async Task InvocationThatFails_HasEnded()
    {
        var caller = await ConnectAsync();
        Begin();
        await Assert.ThrowsAsync<IOException>(() => InvokeAsync(caller, () => throw new IOException()));

        await AdvanceAsync(4 * Look);

        Assert.True(caller.IsClosed);
    }

    /// <summary>Its client invokes again and again, without a pause as long as an answer takes to get out.</summary>
    [Fact]
    public async Task LateInTheGrace_AShortPauseIsEnough()
    {
        var caller = await ConnectAsync();
        Begin();
        await InvokeWithoutAPauseAsync(caller, Grace / 4);
        Assert.False(caller.IsClosed);

        await InvokeWithoutAPauseAsync(caller, Grace * 0.7);

        Assert.True(caller.IsClosed);
    }

    [Fact]
    public async Task Disconnected_IsNotClosed()
    {
        var caller = await ConnectAsync();
        await _hubs.OnDisconnectedAsync(new HubLifetimeContext(caller, _services, new NoHub()), null, (_, _) => Task.CompletedTask);
        Begin();

        await AdvanceAsync(Grace);

        Assert.False(caller.IsClosed);
    }

    [Fact]
    public async Task WhenTheServerStops_NobodyIsClosedAnyMore()
    {
        Begin();
        await AdvanceAsync(Grace / 2);
        _isOver = true;
        await AdvanceAsync(2 * Look);
        var late = await ConnectAsync();

        await AdvanceAsync(Grace);

        Assert.False(late.IsClosed);
    }

    [Fact]
    public async Task Farewell_ItsHub_IsClosedWhenThatIsOver_AndOthersAsEver()
    {
        var farewell = new Farewell();
        var hubs = new HubConnections(new DrainOptions { StreamGrace = Grace }, _time, farewell);
        var leaving = new Caller();
        var other = new Caller();
        await hubs.OnConnectedAsync(new HubLifetimeContext(leaving, _services, new LeavingHub()), _ => Task.CompletedTask);
        await hubs.OnConnectedAsync(new HubLifetimeContext(other, _services, new NoHub()), _ => Task.CompletedTask);
        _ = hubs.CloseAsync(() => _isOver);
        await AdvanceAsync(Grace / 2);
        Assert.Equal((false, true), (leaving.IsClosed, other.IsClosed));
        farewell.Said.SetResult();

        await AdvanceAsync(2 * Look);

        Assert.True(leaving.IsClosed);
    }

    /// <summary>The farewell has taken three quarters of the grace: however many are left, none is cut without a word.</summary>
    [Fact]
    public async Task Farewell_ThatTookLong_ManyThatSayNothing_AreAllClosedInTheRestOfTheGrace()
    {
        var farewell = new Farewell();
        var hubs = new HubConnections(new DrainOptions { StreamGrace = Grace }, _time, farewell);
        var callers = Enumerable.Range(0, 1000).Select(_ => new Caller()).ToList();
        foreach (var caller in callers)
        {
            await hubs.OnConnectedAsync(new HubLifetimeContext(caller, _services, new LeavingHub()), _ => Task.CompletedTask);
        }

        _ = hubs.CloseAsync(() => _isOver);
        await AdvanceAsync(Grace * 0.75);
        Assert.DoesNotContain(callers, c => c.IsClosed);
        farewell.Said.SetResult();
        await AdvanceAsync(4 * Look);
        Assert.InRange(callers.Count(c => c.IsClosed), 1, callers.Count / 2);

        await AdvanceAsync((Grace * 0.25) - (5 * Look));

        Assert.Equal(callers.Count, callers.Count(c => c.IsClosed));
    }

    private void Begin() => _ = _hubs.CloseAsync(() => _isOver);

    private async Task<Caller> ConnectAsync()
    {
        var caller = new Caller();
        await _hubs.OnConnectedAsync(new HubLifetimeContext(caller, _services, new NoHub()), _ => Task.CompletedTask);
        return caller;
    }

    private async Task InvokeAsync(Caller caller, Func<Task> invocation)
    {
        var context = new HubInvocationContext(caller, _services, new NoHub(), typeof(object).GetMethod(nameof(ToString))!, []);
        await _hubs.InvokeMethodAsync(context, async _ =>
        {
            await invocation();
            return null;
        });
    }

    private async Task InvokeWithoutAPauseAsync(Caller caller, TimeSpan time)
    {
        var pause = TimeSpan.FromMilliseconds(10);
        for (var gone = TimeSpan.Zero; gone < time; gone += pause)
        {
            await InvokeAsync(caller, () => Task.CompletedTask);
            await AdvanceAsync(pause);
        }
    }

    /// <summary>Lets what waits for the clock run on before the clock is turned again.</summary>
    private async Task AdvanceAsync(TimeSpan time)
    {
        var step = TimeSpan.FromMilliseconds(5);
        for (var gone = TimeSpan.Zero; gone < time; gone += step)
        {
            _time.Advance(step);
            for (var i = 0; i < 10; i++)
            {
                await Task.Yield();
            }
        }
    }

    private sealed class NoHub : Hub;

    private sealed class LeavingHub : Hub;

    private sealed class Farewell : IHubFarewell
    {
        public TaskCompletionSource Said { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsFor(Type hub) => hub == typeof(LeavingHub);

        public Task SayAsync(Func<bool> isOver) => Said.Task;
    }

    private sealed class Caller : HubCallerContext, IConnectionLifetimeNotificationFeature
    {
        public Caller() => Features.Set<IConnectionLifetimeNotificationFeature>(this);

        public int Closes { get; private set; }

        public bool IsClosed => Closes > 0;

        public CancellationToken ConnectionClosedRequested { get; set; }

        public override string ConnectionId { get; } = Guid.NewGuid().ToString("N");

        public override string? UserIdentifier => null;

        public override ClaimsPrincipal? User => null;

        public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override CancellationToken ConnectionAborted => default;

        public void RequestClose() => Closes++;

        public override void Abort() => throw new NotSupportedException();
    }
}
