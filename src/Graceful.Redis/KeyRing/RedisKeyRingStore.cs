using StackExchange.Redis;

namespace Graceful;

/// <summary>The key ring in Redis: <see cref="KeyRingScripts"/>, one round trip each.</summary>
internal sealed class RedisKeyRingStore : IKeyRingStore
{
    private readonly RedisScriptRunner _scripts;
    private readonly RedisKey[] _keys;

    public RedisKeyRingStore(RedisConnection connection, string fleet)
    {
        _scripts = new RedisScriptRunner(connection);

        // In the slot of the fleet's other keys, and under the same permission.
        var root = $"{connection.Prefix}gf1:{{{Uri.EscapeDataString(fleet)}}}:";
        _keys = [root + "k", root + "kl"];
    }

    public async ValueTask<IReadOnlyList<KeyRingElement>> ReadAsync(CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await _scripts.RunAsync(KeyRingScripts.Read, _keys, [], cancellationToken).ConfigureAwait(false))!;
        var elements = new List<KeyRingElement>(reply.Length / 2);
        for (var i = 0; i < reply.Length; i += 2)
        {
            if ((string)reply[i + 1]! is { Length: > 0 } content)
            {
                elements.Add(new KeyRingElement((string)reply[i]!, content));
            }
        }

        return elements;
    }

    public async ValueTask<KeyRingAddition> AddAsync(KeyRingElement element, string? lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        ArgumentException.ThrowIfNullOrEmpty(element.Content);
        return (KeyRingAddition)(int)await _scripts.RunAsync(KeyRingScripts.Add, _keys, [element.Name, element.Content, lease ?? ""], cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> RemoveAsync(string name, CancellationToken cancellationToken) =>
        (int)await _scripts.RunAsync(KeyRingScripts.Remove, _keys, [name], cancellationToken).ConfigureAwait(false) == 1;

    public async ValueTask<bool> TryAcquireLeaseAsync(string token, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        return (int)await _scripts.RunAsync(KeyRingScripts.Acquire, _keys, [token, (long)Math.Ceiling(duration.TotalMilliseconds)], cancellationToken).ConfigureAwait(false) == 1;
    }

    public async ValueTask ReleaseLeaseAsync(string token, CancellationToken cancellationToken) =>
        await _scripts.RunAsync(KeyRingScripts.Release, _keys, [token], cancellationToken).ConfigureAwait(false);
}
