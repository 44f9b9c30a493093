using Microsoft.AspNetCore.Session;

namespace Graceful;

/// <summary>Nobody may register another store of sessions after <c>AddSession</c>: it would win, and nothing would be kept where the instances share it.</summary>
internal sealed class SessionRegistrationGuard(IServiceProvider services) : StartGuard
{
    protected override void Check()
    {
        if (services.GetService(typeof(ISessionStore)) is not StateSessionStore)
        {
            throw new InvalidOperationException("Another ISessionStore was registered after AddGraceful().AddSession(), and sessions would lie there: remove it, or call AddSession() last.");
        }
    }
}
