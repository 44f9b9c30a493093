namespace Graceful.RollingUpdate;

internal static class RunStores
{
    public static async Task<IRunStore> StartAsync(RedisAddress? redis, CancellationToken cancellationToken)
    {
        var fleet = $"roll-{Guid.NewGuid():N}";
        return redis is null ? EmbeddedStore.Start(fleet) : await RedisStore.ConnectAsync(redis, fleet, cancellationToken);
    }
}
