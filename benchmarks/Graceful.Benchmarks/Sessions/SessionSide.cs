namespace Graceful.Benchmarks;

internal enum SessionSide
{
    /// <summary>ASP.NET Core's sessions in memory, which no endpoint touches: what a request with a session's cookie costs in any case.</summary>
    Untouched = 0,

    /// <summary>ASP.NET Core's AddSession() on AddStackExchangeRedisCache().</summary>
    BuiltIn = 1,

    /// <summary>AddGraceful().AddRedis().AddSession().</summary>
    Graceful = 2,
}
