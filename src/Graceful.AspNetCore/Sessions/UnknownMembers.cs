using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Graceful;

/// <summary>
/// Keeps JSON members that this build does not know when it rewrites a document: they are of a newer version that shares the number, or of somebody else. In the object and in the objects that it holds
/// by a property; not in elements of arrays, which cannot be told from each other.
/// </summary>
internal static class UnknownMembers
{
    /// <param name="before">The document that is replaced.</param>
    /// <param name="beforeType">The type of its version.</param>
    /// <param name="after">The document that replaces it.</param>
    /// <param name="afterType">The type of its version.</param>
    public static byte[] Keep(ReadOnlyMemory<byte> before, JsonTypeInfo beforeType, byte[] after, JsonTypeInfo afterType)
    {
        using var known = Parse(before);
        if (known is null || JsonNode.Parse(after) is not JsonObject target || !Add(known.RootElement, beforeType, target, afterType))
        {
            return after;
        }

        var buffer = new ArrayBufferWriter<byte>(after.Length + 64);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            target.WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Null when it is damaged: then there is nothing to keep.</summary>
    private static JsonDocument? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Add(JsonElement source, JsonTypeInfo sourceType, JsonObject target, JsonTypeInfo targetType)
    {
        // A type with a place for such members keeps them itself; other kinds have no members that could be unknown.
        if (source.ValueKind != JsonValueKind.Object || !HasMembers(sourceType) || !HasMembers(targetType))
        {
            return false;
        }

        var added = false;
        foreach (var member in source.EnumerateObject())
        {
            var (from, to) = (Find(sourceType, member.Name), Find(targetType, member.Name));
            if (from is null && to is null)
            {
                added |= target.TryAdd(member.Name, Node(member.Value));
            }
            else if (from is not null && to is not null && target[to.Name] is JsonObject inner)
            {
                added |= Add(member.Value, Info(from), inner, Info(to));
            }
        }

        return added;
    }

    private static bool HasMembers(JsonTypeInfo type) => type.Kind == JsonTypeInfoKind.Object && !type.Properties.Any(p => p.IsExtensionData);

    private static JsonPropertyInfo? Find(JsonTypeInfo type, string name)
    {
        var comparison = type.Options.PropertyNameCaseInsensitive ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        foreach (var property in type.Properties)
        {
            if (property.Name.Equals(name, comparison))
            {
                return property;
            }
        }

        return null;
    }

    private static JsonTypeInfo Info(JsonPropertyInfo property) => property.Options.GetTypeInfo(property.PropertyType);

    private static JsonNode? Node(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(value.Clone()),
        JsonValueKind.Array => JsonArray.Create(value.Clone()),
        _ => JsonValue.Create(value.Clone()),
    };
}
