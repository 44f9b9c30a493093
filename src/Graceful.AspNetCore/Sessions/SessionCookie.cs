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

    public bool IsIn(HttpRequest request) => request.Cookies.ContainsKey(Name);

    /// <summary>Instead of what this response said of the cookie before.</summary>
    public void Write(HttpContext context, string key)
    {
        Forget(context.Response);
        context.Response.Cookies.Append(Name, Convert.ToBase64String(_protector.Protect(Encoding.UTF8.GetBytes(key))).TrimEnd('='), options.Value.Cookie.Build(context));
        context.Response.Headers.CacheControl = "no-cache,no-store";
        context.Response.Headers.Pragma = "no-cache";
        context.Response.Headers.Expires = "-1";
    }

    /// <summary>Likewise: of its own accord.</summary>
    public void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, options.Value.Cookie.Build(context));

    private void Forget(HttpResponse response)
    {
        if (response.Headers.SetCookie.Count > 0)
        {
            var start = Uri.EscapeDataString(Name) + "=";
            response.Headers.SetCookie = response.Headers.SetCookie.Where(c => c?.StartsWith(start, StringComparison.Ordinal) != true).ToArray();
        }
    }
}
