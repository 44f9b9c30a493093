using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Testing;

internal static class Participants
{
    public static void AddParticipant(this IServiceCollection services, Action flush) => services.AddSingleton<IDrainParticipant>(new Participant(flush));

    private sealed class Participant(Action flush) : IDrainParticipant
    {
        public string Name => "test";

        public Task DrainAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            flush();
            return Task.CompletedTask;
        }
    }
}
