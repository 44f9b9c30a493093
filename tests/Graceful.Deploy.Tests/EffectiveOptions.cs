using System.Text;
using k8s.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Graceful.Deploy.Tests;

/// <summary>
/// Reads the options as the library does in the container, its validation included: a misspelt <c>Graceful__…</c> variable or a budget
/// smaller than its parts is an <see cref="OptionsValidationException"/> here as it is there.
/// </summary>
internal static class EffectiveOptions
{
    public static GracefulOptions Read(string appSettings, IEnumerable<V1EnvVar> environment)
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(appSettings));
        var configuration = new ConfigurationBuilder()
            .AddJsonStream(json)
            .AddInMemoryCollection(environment.Where(v => v.Value is not null)
                .Select(v => KeyValuePair.Create(v.Name.Replace("__", ":", StringComparison.Ordinal), (string?)v.Value)))
            .Build();

        var services = new ServiceCollection();
        services.AddGraceful(configuration);
        services.AddHealthChecks().AddCheck("orders", () => HealthCheckResult.Healthy()); // Shop's
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<GracefulOptions>>().Value;
    }
}
