using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>Gives Data Protection the fleet's store for its keys, unless the application has given it another repository.</summary>
internal sealed class KeepKeysInStore(GracefulOptions graceful, IKeyRingStore? store, TimeProvider time) : IPostConfigureOptions<KeyManagementOptions>
{
    public void PostConfigure(string? name, KeyManagementOptions options)
    {
        if (graceful.Enabled && store is not null && name == Options.DefaultName)
        {
            options.XmlRepository ??= new RingRepository(store, time);
        }
    }
}
