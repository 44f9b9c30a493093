namespace Graceful.RollingUpdate;

/// <summary>What stands between the clients and the instances, together with the control plane that tells it of them.</summary>
internal interface IGateway : IAsyncDisposable
{
    /// <summary>The name with its mode, as the report prints it.</summary>
    string Name { get; }

    /// <summary>The product's version, for the record.</summary>
    string Version { get; }

    /// <summary>Where clients connect.</summary>
    IEndpoints Endpoints { get; }

    /// <summary>Ends once traffic reaches <paramref name="current"/>. <paramref name="coming"/> do not run yet.</summary>
    Task StartAsync(IReadOnlyList<ShopAddress> current, IReadOnlyList<ShopAddress> coming, CancellationToken cancellationToken);

    /// <summary>Ends once a ready instance gets traffic.</summary>
    Task AddAsync(ShopAddress instance, CancellationToken cancellationToken);

    /// <summary>
    /// Called in the moment of SIGTERM. Does what the control plane does then, in its own time; a gateway with health checks needs nothing.
    /// </summary>
    Task RemoveAsync(ShopAddress instance, CancellationToken cancellationToken);
}
