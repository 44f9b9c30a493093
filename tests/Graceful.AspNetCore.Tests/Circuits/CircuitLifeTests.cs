using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Circuits;

/// <summary>What is remembered of a circuit ends with it.</summary>
public sealed class CircuitLifeTests
{
    /// <summary>Blazor goes on with the end of a circuit while a handler still opens it: its connection is down first, and up afterwards.</summary>
    [Fact]
    public async Task ClientThatLeaves_WhileAnotherHandlerOpensItsCircuit_IsForgotten()
    {
        var slow = new SlowHandler();
        await using var app = await CircuitApp.StartAsync(new InMemoryKeyRingStore(TimeProvider.System), services: s =>
        {
            s.AddSingleton<CircuitHandler>(slow);
            s.Configure<CircuitOptions>(o => o.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMilliseconds(200));
        });

        await Browser.LeaveBeforeItIsOpenAsync(app, slow.Opening.Task);
        await slow.Closed.Task.Within("the end of the circuit");
        slow.Go.SetResult();
        await slow.Up.Task.Within("the beginning of the connection");

        // Its handlers are called one after the other; a circuit that is open shows that this one has had its turn.
        await using var another = await Browser.OpenAsync(app);
        Assert.Equal(1, app.Pauses().Count);
    }

    private sealed class SlowHandler : CircuitHandler
    {
        public TaskCompletionSource Opening { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Up { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override int Order => -1;

        public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            Opening.TrySetResult();
            await Go.Task;
        }

        public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            Up.TrySetResult();
            return Task.CompletedTask;
        }

        public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            Closed.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
