using Microsoft.Extensions.DependencyInjection;

namespace Graceful;

/// <summary>What <c>AddGraceful</c> returns: adapters and the application's own parts are added to it.</summary>
public interface IGracefulBuilder
{
    /// <summary>The services of the host.</summary>
    IServiceCollection Services { get; }
}

internal sealed record GracefulBuilder(IServiceCollection Services) : IGracefulBuilder;
