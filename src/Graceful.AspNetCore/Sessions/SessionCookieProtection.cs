using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Session;

namespace Graceful;

/// <summary>Data Protection as it is, but that the cookies of sessions are remembered for a while once they are decrypted.</summary>
internal sealed class SessionCookieProtection(IDataProtectionProvider provider, SessionStateOptions options, TimeProvider time) : IDataProtectionProvider
{
    public IDataProtector CreateProtector(string purpose)
    {
        var protector = provider.CreateProtector(purpose);
        return purpose == nameof(SessionMiddleware) && options.CookieCacheDuration > TimeSpan.Zero ? new RememberedCookies(protector, options.CookieCacheDuration, time) : protector;
    }
}
