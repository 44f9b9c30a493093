using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;

namespace Graceful;

/// <summary>Gives ASP.NET Core's session middleware sessions that lie in the <see cref="ISessionStateStore"/>.</summary>
internal sealed class StateSessionStore(IHttpContextAccessor accessor, SessionParts parts) : ISessionStore
{
    public ISession Create(string sessionKey, TimeSpan idleTimeout, TimeSpan ioTimeout, Func<bool> tryEstablishSession, bool isNewSessionKey)
    {
        var context = accessor.HttpContext ?? throw new InvalidOperationException("A session is made by app.UseSession(), within a request.");
        return new StateSession(parts, context, sessionKey, idleTimeout, tryEstablishSession, isNewSessionKey);
    }
}
