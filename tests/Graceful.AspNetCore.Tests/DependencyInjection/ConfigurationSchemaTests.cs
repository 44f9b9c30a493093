using System.Text.Json;

namespace Graceful.AspNetCore.Tests.DependencyInjection;

/// <summary>The schema that editors complete from names the settings there are, with their defaults.</summary>
public class ConfigurationSchemaTests
{
    [Fact]
    public void KeyRing_HasTheSettingsThereAre() => AssertSame("KeyRing", new KeyRingOptions());

    [Fact]
    public void Session_HasTheSettingsThereAre() => AssertSame("Session", new SessionStateOptions());

    private static void AssertSame(string section, object standard)
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ConfigurationSchema.json")));
        var settings = schema.RootElement.GetProperty("properties").GetProperty("Graceful").GetProperty("properties").GetProperty(section).GetProperty("properties");

        Assert.Equal(
            standard.GetType().GetProperties().Select(p => $"{p.Name} = {p.GetValue(standard)}").Order(StringComparer.Ordinal),
            settings.EnumerateObject().Select(p => $"{p.Name} = {p.Value.GetProperty("default")}").Order(StringComparer.Ordinal));
    }
}
