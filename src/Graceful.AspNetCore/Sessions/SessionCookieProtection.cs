using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Session;

namespace Graceful;

/// <summary>Data Protection as it is, but that the cookies of sessions are remembered for a while once they are decrypted.</summary>
/// <param name="provider">Data Protection.</param>
/// <param name="options">Asked late: what configures the options may itself need Data Protection.</param>
/// <param name="time">The clock.</param>
internal sealed class SessionCookieProtection(IDataProtectionProvider provider, Func<SessionStateOptions> options, TimeProvider time) : IDataProtectionProvider
{
    public IDataProtector CreateProtector(string purpose)
    {
        var protector = provider.CreateProtector(purpose);
        return purpose == nameof(SessionMiddleware) && options().CookieCacheDuration is var duration && duration > TimeSpan.Zero ? new RememberedCookies(protector, duration, time) : protector;
    }
}
