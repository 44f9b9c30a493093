using System.Text.Json;

namespace Graceful;

/// <summary>The entries of a session that have a schema.</summary>
internal readonly struct TypedEntries(SessionParts parts, SessionExchange exchange)
{
    /// <summary>As many writers of one entry at the same moment as there will hardly be: each time one of them wins.</summary>
    private const int Attempts = 100;

    public SessionSchema<T> Schema<T>(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return parts.Options.Schemas.GetValueOrDefault(name) as SessionSchema<T> ?? throw new InvalidOperationException(
            $"The session entry '{name}' has no schema of {typeof(T).Name}: declare it with AddSession(o => o.AddSchema<{typeof(T).Name}>(\"{name}\", …)).");
    }

    public T? Read<T>(SessionSchema<T> schema)
    {
        if (exchange.Document.TryFindPending(schema.Name, out var pending))
        {
            return pending.Bytes is { } json ? schema.Read(json, schema.Version) : default;
        }

        return exchange.Document.TryFindStored(schema.Name, out var stored) ? Parse(schema, stored) : default;
    }

    public void Write<T>(SessionSchema<T> schema, T value)
    {
        RefuseToOverwrite(schema.Name);
        exchange.Write(schema.Name, new PendingEntry(schema, schema.Write(value)) { HasSeen = exchange.Document.Sees(schema.Name) });
    }

    public async ValueTask<T> UpdateAsync<T>(SessionSchema<T> schema, Func<T?, T> change, CancellationToken cancellationToken)
        where T : notnull
    {
        if (!exchange.MayWrite())
        {
            return change(default);
        }

        // What this request wrote before is part of what is changed now.
        await exchange.CommitAsync(cancellationToken).ConfigureAwait(false);
        await exchange.LoadAsync(schema.Name, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var value = change(Read(schema));
            var expected = exchange.Document.TryFindStored(schema.Name, out var stored) ? stored.Revision : 0;
            Write(schema, value);
            var hasWon = false;
            try
            {
                hasWon = await exchange.SwapAsync(schema.Name, expected, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                // What did not win is not written at the end of the request either.
                exchange.Document.Forget(schema.Name);
            }

            if (hasWon)
            {
                return value;
            }

            await exchange.ReloadAsync(exchange.Document.KnowsAll ? null : [schema.Name], cancellationToken).ConfigureAwait(false);
        }

        throw new InvalidOperationException($"The session entry '{schema.Name}' was changed by others {Attempts} times while it was updated.");
    }

    public bool IsUnreadable(string name)
    {
        return !exchange.Document.TryFindPending(name, out _) && exchange.Document.TryFindStored(name, out var stored) && IsUnreadable(parts, exchange.Handle, name, stored);
    }

    public static bool IsUnreadable(SessionParts parts, SessionHandle session, string name, SessionEntry stored)
    {
        if (!parts.Codec.TryDecode(name, stored.Data, session, out var decoded))
        {
            return true;
        }

        return parts.Options.Schemas.TryGetValue(name, out var schema)
            ? decoded.SchemaHash != schema.Hash || !schema.Reads(decoded.Version) || !schema.TryParse(decoded)
            : decoded.Version > 0;
    }

    public SessionEntryUnreadableException Unreadable(string name, Exception? why = null) => Unreadable(parts, name, why);

    public static SessionEntryUnreadableException Unreadable(SessionParts parts, string name, Exception? why = null)
    {
        parts.Metrics.Refused("entry");
        const string Rule = "is of a version, schema or key that this build does not have, or damaged; it is left as it is";
        return why is null ? new($"The session entry '{name}' {Rule}.") : new($"The session entry '{name}' {Rule}.", why);
    }

    private T? Parse<T>(SessionSchema<T> schema, SessionEntry stored)
    {
        if (!parts.Codec.TryDecode(schema.Name, stored.Data, exchange.Handle, out var decoded) || decoded.SchemaHash != schema.Hash || !schema.Reads(decoded.Version))
        {
            throw Unreadable(schema.Name);
        }

        try
        {
            return schema.Read(decoded.Payload.Span, decoded.Version);
        }
        catch (JsonException e)
        {
            throw Unreadable(schema.Name, e);
        }
    }

    private void RefuseToOverwrite(string name)
    {
        if (IsUnreadable(name))
        {
            throw Unreadable(name);
        }
    }
}
