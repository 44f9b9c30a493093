using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.Tests;

/// <summary>On the system's clock: that of the other tests waits for threads that are busy.</summary>
public sealed class BlockingParticipantTests
{
    [Fact]
    public async Task Flush_AParticipantBlocksItsThread_TheOthersOfItsOrderRun()
    {
        using var over = new ManualResetEventSlim();
        var other = new TaskCompletionSource();
        var builder = TestHost.Builder();
        builder.AddGraceful().Services
            .AddSingleton<IDrainParticipant>(new Participant("blocks", over.Wait))
            .AddSingleton<IDrainParticipant>(new Participant("other", other.SetResult));
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var stop = host.StopAsync(TestContext.Current.CancellationToken);
        try
        {
            await other.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        finally
        {
            over.Set();
        }

        await stop;
    }

    private sealed class Participant(string name, Action drain) : IDrainParticipant
    {
        public string Name => name;

        // Longer than the test waits for the other.
        public TimeSpan TimeLimit => TimeSpan.FromMinutes(2);

        public Task DrainAsync(CancellationToken cancellationToken)
        {
            drain();
            return Task.CompletedTask;
        }
    }
}
