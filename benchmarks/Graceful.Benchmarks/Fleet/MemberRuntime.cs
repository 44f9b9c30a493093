using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Graceful.Benchmarks;

/// <summary>A member as an application has it: the real registrations, the real loop, a connection of its own. Only the host around it is never started.</summary>
internal sealed class MemberRuntime : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly LevelGate _gate;
    private readonly MemberState _member;

    private MemberRuntime(IHost host)
    {
        _host = host;
        _gate = host.Services.GetRequiredService<LevelGate>();
        _member = host.Services.GetRequiredService<MemberState>();
    }

    public long Epoch => _gate.State?.Epoch ?? 0;

    public bool IsServing => _member.IsServing;

    public static MemberRuntime Create(string fleet, ConfigurationOptions redis, TimeSpan interval, bool isDeaf = false)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "benchmark" });
        builder.Configuration.AddInMemoryCollection([new("Graceful:Fleet:Name", fleet)]);
        builder.Services.AddGraceful(builder.Configuration, o =>
        {
            o.Probes.Port = 0;
            o.Fleet.RenewInterval = interval;
            o.Fleet.FormingWait = TimeSpan.Zero;
        }).AddRedis(r => r.ConfigurationOptions = redis).AddCompatibility(c =>
        {
            c.Contract("session").Supports(1, 2).Retain(TimeSpan.FromMinutes(20));
            c.Contract("orders").Supports(3, 4);
        });
        if (isDeaf)
        {
            var real = builder.Services.Last(d => d.ServiceType == typeof(IFleetStore)).ImplementationFactory!;
            builder.Services.Replace(ServiceDescriptor.Singleton<IFleetStore>(sp => new DeafFleetStore((IFleetStore)real(sp))));
        }

        return new MemberRuntime(builder.Build());
    }

    /// <summary>As the start of the host does: nothing is waited for.</summary>
    public void Start() => _ = _host.Services.GetRequiredService<FleetLoop>().StartingAsync(CancellationToken.None);

    /// <summary>Ends as soon as the condition holds; asked at every change of the state or of the standing.</summary>
    public async Task WhenAsync(Func<MemberRuntime, bool> condition, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var change = _member.NextChange;
            if (condition(this))
            {
                return;
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => ((IAsyncDisposable)_host).DisposeAsync();
}
