namespace Graceful;

/// <summary>Where a session is found. Not a record: its text would hold the key.</summary>
internal readonly struct SessionAddress(string key, SessionHandle handle, bool isNew)
{
    /// <summary>Whoever knows it has the session: not for logs, errors, or names in Graceful's own store.</summary>
    public string Key { get; } = key;

    public SessionHandle Handle { get; } = handle;

    /// <summary>Nobody else knows the key yet, and nothing is stored under it.</summary>
    public bool IsNew { get; } = isNew;

    public override string ToString() => Handle.Value;
}
