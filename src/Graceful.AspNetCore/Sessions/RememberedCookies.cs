using System.Collections.Concurrent;
using Microsoft.AspNetCore.DataProtection;

namespace Graceful;

/// <summary>
/// What the cookies of sessions say, for as long as <see cref="SessionStateOptions.CookieCacheDuration"/>: to decrypt one costs more than all the rest of a request that does not touch its session. Only what
/// Data Protection accepted is remembered, so nobody fills the memory with what they made up; and only the latest, in two generations, of which the older is given up for the next.
/// </summary>
internal sealed class RememberedCookies(IDataProtector protector, TimeSpan duration, TimeProvider time) : IDataProtector
{
    /// <summary>Of each generation. A cookie takes about 270 bytes.</summary>
    public const int Most = 10_000;

    /// <summary>No cookie of a session is as long: it is not looked for.</summary>
    public const int Longest = 512;

    private Generations _known = new(time.GetTimestamp(), []);

    /// <summary>How many are in memory.</summary>
    public int Count => Volatile.Read(ref _known).Total;

    public IDataProtector CreateProtector(string purpose) => protector.CreateProtector(purpose);

    public byte[] Protect(byte[] plaintext) => protector.Protect(plaintext);

    public byte[] Unprotect(byte[] protectedData)
    {
        if (protectedData is null || protectedData.Length > Longest)
        {
            return protector.Unprotect(protectedData!);
        }

        var now = time.GetTimestamp();
        var known = Latest(now);
        if (known.TryGet(protectedData, out var cookie) && time.GetElapsedTime(cookie.Since, now) < duration)
        {
            return cookie.Text.ToArray();
        }

        var text = protector.Unprotect(protectedData);
        known.Add(protectedData.ToArray(), new Cookie(text.ToArray(), now));
        return text;
    }

    private Generations Latest(long now)
    {
        var known = Volatile.Read(ref _known);
        if (time.GetElapsedTime(known.Since, now) < duration && known.Count < Most)
        {
            return known;
        }

        var next = new Generations(now, known.Young);
        return Interlocked.CompareExchange(ref _known, next, known) == known ? next : Volatile.Read(ref _known);
    }

    /// <param name="Text">Whoever asks gets a copy, which is theirs to change.</param>
    /// <param name="Since">When it was decrypted.</param>
    private readonly record struct Cookie(byte[] Text, long Since);

    private sealed class Generations(long since, ConcurrentDictionary<byte[], Cookie> old)
    {
        private int _count;

        public long Since => since;

        public int Count => Volatile.Read(ref _count);

        public int Total => Young.Count + old.Count;

        public ConcurrentDictionary<byte[], Cookie> Young { get; } = new(new ByContent());

        public bool TryGet(byte[] protectedData, out Cookie cookie) => Young.TryGetValue(protectedData, out cookie) || old.TryGetValue(protectedData, out cookie);

        public void Add(byte[] protectedData, Cookie cookie)
        {
            Young[protectedData] = cookie;
            Interlocked.Increment(ref _count);
        }
    }

    private sealed class ByContent : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj)
        {
            var hash = default(HashCode);
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }
    }
}
