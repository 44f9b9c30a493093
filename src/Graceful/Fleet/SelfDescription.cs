using System.Reflection;

namespace Graceful;

/// <summary>What this instance tells of itself.</summary>
internal sealed class SelfDescription(FleetOptions options, InstanceLifecycle lifecycle, TimeProvider time, IKeyRingIdentity? keyRing = null)
{
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <summary>A new one for every start of a process, so that a restart is never taken for the one before it.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    public string Version { get; } = options.Version ?? OfEntryAssembly();

    public string ToJson() => MemberInfo.Write(Version, Environment.MachineName, lifecycle.Phase, _started, options.Addresses, keyRing?.Hash);

    private static string OfEntryAssembly()
    {
        var version = Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

        // What follows the plus is the commit.
        return version.Split('+')[0];
    }
}
