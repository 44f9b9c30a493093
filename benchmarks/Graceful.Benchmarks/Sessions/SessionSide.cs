namespace Graceful.Benchmarks;

internal enum SessionSide
{
    /// <summary>The application without sessions: what a request costs in any case.</summary>
    Plain = 0,

    /// <summary>ASP.NET Core's AddSession() on AddStackExchangeRedisCache().</summary>
    BuiltIn = 1,

    /// <summary>AddGraceful().AddRedis().AddSession().</summary>
    Graceful = 2,
}
