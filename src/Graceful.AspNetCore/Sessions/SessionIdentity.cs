using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Graceful;

/// <summary>The key of a request's session, and what the response says of it to the browser.</summary>
internal sealed class SessionIdentity(SessionCookie cookie, HttpContext context, string key, bool isNew)
{
    private string _key = key;
    private CookieChange _change;

    public SessionHandle Handle { get; private set; } = SessionHandle.Of(key);

    /// <summary>Nothing of it is in the store, and the browser does not know it.</summary>
    public bool IsNew { get; private set; } = isNew;

    public SessionAddress Address => new(_key, Handle, IsNew);

    public static string NewKey() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    /// <summary>It is in the store. The cookie goes out only when there is something behind it.</summary>
    public void Established()
    {
        if (IsNew)
        {
            Become(_key);
        }
    }

    /// <summary>The session is in the store under this key, and the browser is to know it.</summary>
    public void Become(string key)
    {
        (_key, Handle, IsNew, _change) = (key, SessionHandle.Of(key), false, CookieChange.Written);
        KeepCookie();
    }

    /// <summary>The key is used up: what is written from now on is another session.</summary>
    public void StartAnew()
    {
        _key = NewKey();
        (Handle, IsNew) = (SessionHandle.Of(_key), true);
    }

    public void DeleteCookie()
    {
        _change = CookieChange.Deleted;
        KeepCookie();
    }

    /// <summary>Says it to the browser, also when the head of the response was emptied.</summary>
    public void KeepCookie()
    {
        switch (_change)
        {
            case CookieChange.Written:
                cookie.Write(context, _key);
                break;
            case CookieChange.Deleted:
                cookie.Delete(context);
                break;
        }
    }

    private enum CookieChange
    {
        None = 0,
        Written = 1,
        Deleted = 2,
    }
}
