using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful.Tests;

/// <summary>Real generic hosts in this process, with nothing but what a test adds. They run on the system's clock: nothing here takes time.</summary>
internal static class TestHost
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public static HostApplicationBuilder Builder(LogLines? log = null, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Production });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Graceful:{s.Key}", (string?)s.Value)));
        if (log is not null)
        {
            builder.Logging.AddProvider(log.Provider);
        }

        return builder;
    }

    /// <summary>Waits, in real time, for what other threads bring about.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        var end = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(end) < LongestWait, "It did not come about.");
            await Task.Yield();
        }
    }

    public static T Get<T>(this IHost host)
        where T : notnull => host.Services.GetRequiredService<T>();

    public static async Task StopApplicationAsync(this IHost host)
    {
        var ended = host.WaitForShutdownAsync();
        host.Get<IHostApplicationLifetime>().StopApplication();
        await ended.WaitAsync(LongestWait);
    }
}
