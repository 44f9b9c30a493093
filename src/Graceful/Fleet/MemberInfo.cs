using System.Text.Json;

namespace Graceful;

/// <summary>
/// What people see of an instance, as JSON in the store: <c>{"v":version,"h":host,"p":phase,"s":started,"a":[addresses],"k":ring}</c>, without the ring when it is not known. A reader takes what it knows and leaves the rest: builds of both sides of a
/// roll read each other.
/// </summary>
internal static class MemberInfo
{
    public static string Write(string version, string host, InstancePhase phase, DateTimeOffset started, IEnumerable<string> addresses, string? keyRing = null)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("v", version);
            json.WriteString("h", host);
            json.WriteString("p", phase.ToString());
            json.WriteString("s", started);
            json.WriteStartArray("a");
            foreach (var address in addresses)
            {
                json.WriteStringValue(address);
            }

            json.WriteEndArray();
            if (keyRing is not null)
            {
                json.WriteString("k", keyRing);
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    public static FleetMember Read(FleetRecord record)
    {
        var bare = new FleetMember(record.Id, "", "", InstancePhase.Starting, [], Contracts(record.Profile), null, record.LeaseEnds);
        if (record.Info is null)
        {
            return bare;
        }

        try
        {
            using var document = JsonDocument.Parse(record.Info);
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object ? bare : bare with
            {
                Version = Text(root, "v"),
                Host = Text(root, "h"),
                Phase = Enum.TryParse<InstancePhase>(Text(root, "p"), out var phase) ? phase : InstancePhase.Starting,
                StartedAt = root.TryGetProperty("s", out var s) && s.ValueKind == JsonValueKind.String && s.TryGetDateTimeOffset(out var started) ? started : null,
                Addresses = root.TryGetProperty("a", out var a) && a.ValueKind == JsonValueKind.Array
                    ? [.. a.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!)]
                    : [],
                KeyRing = Text(root, "k") is { Length: > 0 } ring ? ring : null,
            };
        }
        catch (JsonException)
        {
            // Somebody else's format: the instance is there all the same.
            return bare;
        }
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static Dictionary<string, LevelRange> Contracts(string profile) =>
        ContractProfile.TryParse(profile, out var declared) ? declared.ToDictionary(c => c.Key, c => c.Value.Supports, StringComparer.Ordinal) : [];
}
