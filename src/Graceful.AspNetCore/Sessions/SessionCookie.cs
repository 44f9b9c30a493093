using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>The session's cookie, as ASP.NET Core's middleware reads and writes it.</summary>
internal sealed class SessionCookie(IDataProtectionProvider protection, IOptions<SessionOptions> options)
{
    private readonly IDataProtector _protector = protection.CreateProtector(nameof(SessionMiddleware));

    private string Name => options.Value.Cookie.Name ?? SessionDefaults.CookieName;

    public void Write(HttpContext context, string key)
    {
        context.Response.Cookies.Append(Name, Convert.ToBase64String(_protector.Protect(Encoding.UTF8.GetBytes(key))).TrimEnd('='), options.Value.Cookie.Build(context));
        context.Response.Headers.CacheControl = "no-cache,no-store";
        context.Response.Headers.Pragma = "no-cache";
        context.Response.Headers.Expires = "-1";
    }

    public void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, options.Value.Cookie.Build(context));
}
