using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>Whether Data Protection's keys lie in the fleet's store: not when Graceful is disabled, when there is no store, or when the application keeps them elsewhere.</summary>
internal sealed class FleetKeyRing(GracefulOptions graceful, IOptions<KeyManagementOptions> keys)
{
    public bool IsEnabled => graceful.Enabled;

    /// <summary>The application's name for Data Protection, unless the application has set one.</summary>
    public string Application => graceful.Fleet.Name ?? "default";

    /// <summary>Null when the keys lie elsewhere.</summary>
    public RingRepository? Repository => keys.Value.XmlRepository as RingRepository;

    /// <summary>Where the keys lie, when it is the application that said so.</summary>
    public string? Elsewhere => keys.Value.XmlRepository is { } repository and not RingRepository ? repository.GetType().Name : null;

    /// <summary>Whether new keys are encrypted before they are stored.</summary>
    public bool IsProtected => keys.Value.XmlEncryptor is not null;
}
