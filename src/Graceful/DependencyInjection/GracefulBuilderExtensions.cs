using System.Diagnostics.CodeAnalysis;
using Graceful;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the application's own parts.</summary>
public static class GracefulBuilderExtensions
{
    /// <summary>Adds work to do before this instance is ready.</summary>
    /// <typeparam name="T">The task; a singleton.</typeparam>
    public static IGracefulBuilder AddWarmUpTask<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IGracefulBuilder builder)
        where T : class, IWarmUpTask
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IWarmUpTask, T>();
        return builder;
    }

    /// <summary>Adds something to write out before the process ends.</summary>
    /// <typeparam name="T">The participant; a singleton.</typeparam>
    public static IGracefulBuilder AddDrainParticipant<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IGracefulBuilder builder)
        where T : class, IDrainParticipant
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IDrainParticipant, T>();
        return builder;
    }
}
