using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.Benchmarks;

/// <summary>A member of a fleet of one, that serves: the real registrations and the real loop, with the store that lives in the process.</summary>
internal sealed class ServingMember : IDisposable
{
    public const string Contract = "orders";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly IHost _host;

    private ServingMember(IHost host)
    {
        _host = host;
        Levels = host.Services.GetRequiredService<ICompatibility>();
    }

    public ICompatibility Levels { get; }

    public static ServingMember Start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "benchmark" });
        builder.Services.AddGraceful(builder.Configuration, o => o.Probes.Port = 0).AddCompatibility(c =>
        {
            c.Contract("session").Supports(1, 2);
            c.Contract(Contract).Supports(3, 4);
            c.Contract("db").Supports(7, 8);
        });
        var member = new ServingMember(builder.Build());

        // The loop alone: nothing else of a host takes part.
        _ = member._host.Services.GetRequiredService<FleetLoop>().StartingAsync(CancellationToken.None);
        if (!member.Levels.WaitUntilServingAsync().AsTask().Wait(Patience))
        {
            throw new InvalidOperationException($"The member does not serve: {member.Levels.NotServingReason}");
        }

        return member;
    }

    public void Dispose() => ((IAsyncDisposable)_host).DisposeAsync().AsTask().GetAwaiter().GetResult();
}
