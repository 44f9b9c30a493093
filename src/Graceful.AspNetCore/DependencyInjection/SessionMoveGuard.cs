namespace Graceful;

/// <summary>Where sessions are to be moved from ASP.NET Core's own session, it must be possible to leave them there at first.</summary>
internal sealed class SessionMoveGuard(SessionStateOptions options, GuardedBlobStore blobs, IServiceProvider services) : StartGuard
{
    protected override void Check()
    {
        if (options.Move is not { } move)
        {
            return;
        }

        const string Name = nameof(SessionStateOptions.MoveFromDistributedSession);
        if (!blobs.IsThere)
        {
            throw new InvalidOperationException($"{Name} moves sessions that lie in Redis: add AddRedis(), with the Redis that AddStackExchangeRedisCache() uses.");
        }

        var levels = services.GetService(typeof(ICompatibility)) as ICompatibility;
        if (levels?.Contracts.FirstOrDefault(c => c.Name == options.Contract) is not { } contract || contract.Declaration.Supports.Min >= move.Level)
        {
            // This build writes nothing in the old place.
            return;
        }

        foreach (var schema in options.Schemas.Values)
        {
            if (schema.IsEncrypted)
            {
                throw new InvalidOperationException(
                    $"The session entry '{schema.Name}' is Encrypted(), and below level {move.Level} of the contract '{contract.Name}' it would lie where ASP.NET Core's own session keeps it, in the clear: encrypt it "
                    + $"from a build on that supports no level below {move.Level}.");
            }

            if (!schema.WritesBare)
            {
                throw new InvalidOperationException(
                    $"The session entry '{schema.Name}' must be written in version {schema.Bare}, the lowest that this build reads, as long as it may lie where ASP.NET Core's own session keeps it (below level "
                    + $"{move.Level} of the contract '{contract.Name}'): add Downcast({schema.Bare}, …).");
            }
        }
    }
}
