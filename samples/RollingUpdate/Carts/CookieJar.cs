namespace Graceful.RollingUpdate;

/// <summary>The cookies of one shopper, kept as a browser does: by name, the last one wins, an expired one goes. Thread-safe.</summary>
internal sealed class CookieJar
{
    private readonly Dictionary<string, string> _cookies = [];

    /// <summary>For the header <c>Cookie</c>.</summary>
    public string Header
    {
        get
        {
            lock (_cookies)
            {
                return string.Join("; ", _cookies.Select(c => $"{c.Key}={c.Value}"));
            }
        }
    }

    /// <param name="setCookies">The values of <c>Set-Cookie</c>, such as <c>name=value; path=/; httponly</c>.</param>
    public void Take(IReadOnlyList<string> setCookies)
    {
        lock (_cookies)
        {
            foreach (var cookie in setCookies)
            {
                var pair = cookie.Split(';', 2)[0].Split('=', 2);
                if (pair is [_, { Length: > 0 }])
                {
                    _cookies[pair[0]] = pair[1];
                }
                else
                {
                    // This is how a server deletes one: no value, and a date in the past.
                    _cookies.Remove(pair[0]);
                }
            }
        }
    }

    public void Clear()
    {
        lock (_cookies)
        {
            _cookies.Clear();
        }
    }
}
