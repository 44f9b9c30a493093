using System.Text.Json;

namespace Graceful;

/// <summary>
/// What this instance knows of its fleet and of the levels of its data, as members of <c>/readyz?verbose</c> for tools; the checks beside it say the same in words.
/// </summary>
internal sealed class FleetDetail(IFleet fleet, ICompatibility compatibility)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("fleet");
        json.WriteString("name", fleet.Name);
        json.WriteString("instance", fleet.InstanceId);
        json.WriteString("standing", fleet.Standing.ToString());
        json.WriteString("reason", fleet.Reason);
        json.WriteNumber("live", fleet.Live);
        json.WriteBoolean("serving", compatibility.IsServing);
        json.WriteEndObject();
        json.WriteStartArray("contracts");
        foreach (var contract in compatibility.Contracts)
        {
            Write(json, contract, compatibility[contract.Name]);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, DeclaredContract contract, ContractLevel now)
    {
        json.WriteStartObject();
        json.WriteString("name", contract.Name);
        Write(json, "supports", contract.Declaration.Supports);
        if (now.Epoch > 0)
        {
            json.WriteNumber("active", now.Active);
            Write(json, "window", now.Window);
            json.WriteString("mode", now.Mode.ToString());
            json.WriteNumber("epoch", now.Epoch);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, LevelRange range)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(range.Min);
        json.WriteNumberValue(range.Max);
        json.WriteEndArray();
    }
}
