using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>Gives ASP.NET Core's session middleware sessions that lie in the <see cref="ISessionStateStore"/>.</summary>
internal sealed class StateSessionStore(IHttpContextAccessor accessor, SessionParts parts, IOptions<SessionOptions> options) : ISessionStore
{
    public ISession Create(string sessionKey, TimeSpan idleTimeout, TimeSpan ioTimeout, Func<bool> tryEstablishSession, bool isNewSessionKey)
    {
        var context = accessor.HttpContext ?? throw new InvalidOperationException("A session is made by app.UseSession(), within a request.");
        if (idleTimeout != options.Value.IdleTimeout || ioTimeout != options.Value.IOTimeout)
        {
            // Its cookie would be another one than the one that is written here.
            throw new InvalidOperationException("With AddGraceful().AddSession(), set the options of sessions with services.Configure<SessionOptions>(…), not with app.UseSession(options).");
        }

        if (isNewSessionKey && parts.Cookie.IsIn(context.Request))
        {
            parts.Metrics.Refused("cookie");
        }

        return new StateSession(parts, context, sessionKey, idleTimeout, isNewSessionKey);
    }
}
