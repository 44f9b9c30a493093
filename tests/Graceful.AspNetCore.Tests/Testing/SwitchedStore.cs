using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.AspNetCore.Tests.Testing;

/// <summary>A fleet's store for several applications in this process, that can be switched off.</summary>
internal sealed class SwitchedStore : IFleetStore
{
    private readonly IFleetStore _inner = new ServiceCollection().AddLogging()
        .AddGraceful(new ConfigurationBuilder().Build()).AddFleet().Services.BuildServiceProvider().GetRequiredService<IFleetStore>();

    private volatile bool _isDown;

    public bool IsDown
    {
        set => _isDown = value;
    }

    /// <summary>Makes an application a member, with times short enough for a test.</summary>
    public void Join(WebApplicationBuilder builder, Action<CompatibilityBuilder> contracts)
    {
        builder.Services.AddSingleton<IFleetStore>(this);
        builder.AddGraceful(o =>
        {
            o.Fleet.Name = "test";
            o.Fleet.Isolation = Isolation.Strict;
            o.Fleet.FormingWait = TimeSpan.Zero;
            o.Fleet.RenewInterval = TimeSpan.FromMilliseconds(100);
            o.Fleet.LeaseDuration = TimeSpan.FromMilliseconds(600);
            o.Fleet.FenceAfter = TimeSpan.FromMilliseconds(700);
            o.Fleet.MaxOperation = TimeSpan.FromMilliseconds(100);
            o.Fleet.ExclusionWait = TimeSpan.FromMilliseconds(10_800);
        }).AddCompatibility(contracts);
    }

    public ValueTask<BeatReply> BeatAsync(FleetBeat beat, CancellationToken cancellationToken) => Up().BeatAsync(beat, cancellationToken);

    public ValueTask<RenewalReply> RenewAsync(string id, long leaseEnds, CancellationToken cancellationToken) => Up().RenewAsync(id, leaseEnds, cancellationToken);

    public ValueTask LeaveAsync(string id, CancellationToken cancellationToken) => Up().LeaveAsync(id, cancellationToken);

    public ValueTask<FleetCensus> TakeCensusAsync(CancellationToken cancellationToken) => Up().TakeCensusAsync(cancellationToken);

    public ValueTask<bool> TryReplaceAsync(FleetCensus census, FleetState replacement, CancellationToken cancellationToken) =>
        Up().TryReplaceAsync(census, replacement, cancellationToken);

    public ValueTask<IReadOnlyList<FleetRecord>> ReadMembersAsync(CancellationToken cancellationToken) => Up().ReadMembersAsync(cancellationToken);

    public IDisposable OnChanged(Action callback) => _inner.OnChanged(callback);

    private IFleetStore Up() => _isDown ? throw new IOException("password=secret") : _inner;
}
