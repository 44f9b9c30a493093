using Graceful;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Says what a drain does to the requests of an endpoint.</summary>
public static class DrainEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Sets the <see cref="DrainMode"/> of the endpoints. SignalR hubs need none: they are always closed with a message that allows
    /// reconnecting.
    /// </summary>
    /// <param name="builder">The endpoints: <c>MapGet(…)</c>, <c>MapGrpcService(…)</c>, a route group, ….</param>
    /// <param name="mode">What a drain does.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="mode"/> is not defined.</exception>
    public static TBuilder OnDrain<TBuilder>(this TBuilder builder, DrainMode mode)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!Enum.IsDefined(mode))
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not a drain mode.");
        }

        builder.Finally(endpoint =>
        {
            // The innermost wins: an endpoint may say otherwise than its group, whose convention runs later.
            if (endpoint.Metadata.Any(m => m is DrainModeMetadata))
            {
                return;
            }

            endpoint.Metadata.Add(new DrainModeMetadata(mode));
            if (mode != DrainMode.Complete && endpoint.RequestDelegate is { } handler)
            {
                endpoint.RequestDelegate = DrainModeHandler.Wrap(handler, mode);
            }
        });
        return builder;
    }
}
