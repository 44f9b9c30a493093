namespace Graceful.TestApp.Scenarios;

/// <summary>A participant that throws, one that hangs, and two that must run all the same.</summary>
internal static class Participants
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.Services.AddHostedService<Flush>();
        builder.AddGraceful()
            .AddDrainParticipant<Throwing>()
            .AddDrainParticipant<Hanging>()
            .AddDrainParticipant<Beside>()
            .AddDrainParticipant<After>();
        var app = builder.Build();
        app.MapRequests();
        return ScenarioHost.RunAsync(app);
    }

    private sealed class Throwing : IDrainParticipant
    {
        public string Name => "throwing";

        public Task DrainAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("the disk is full");
    }

    private sealed class Hanging : IDrainParticipant
    {
        public string Name => "hanging";

        public TimeSpan TimeLimit => TimeSpan.FromMilliseconds(500);

        public Task DrainAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, CancellationToken.None);
    }

    private sealed class Beside : IDrainParticipant
    {
        public string Name => "beside";

        public async Task DrainAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(100, cancellationToken);
            Events.Say("beside-flushed");
        }
    }

    private sealed class After : IDrainParticipant
    {
        public string Name => "after";

        public int Order => 1;

        public async Task DrainAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(50, cancellationToken);
            Events.Say("after-flushed");
        }
    }
}
