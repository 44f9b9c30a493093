using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Graceful.Tests;

/// <summary>The schema that editors complete from names the settings there are, with their defaults.</summary>
public class ConfigurationSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument
        .Parse(File.ReadAllText(Path.Combine(SourceFile.Root, "src/Graceful/ConfigurationSchema.json"))).RootElement.GetProperty("properties").GetProperty("Graceful");

    [Fact]
    public void Schema_HasTheSettingsThereAre() => Assert.Equal(OfOptions(new GracefulOptions()).Order(StringComparer.Ordinal), OfSchema(Schema).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("00:00:25", true)]
    [InlineData("1.00:00:00", true)]
    [InlineData("00:00:00.250", true)]
    [InlineData("25", false)]
    [InlineData("00:25", false)]
    public void Schema_ADuration_IsWhatTheReaderTakes(string value, bool valid)
    {
        var pattern = Schema.GetProperty("properties").GetProperty("Drain").GetProperty("properties").GetProperty("Budget").GetProperty("pattern").GetString()!;
        Assert.Equal(valid, Regex.IsMatch(value, pattern));
    }

    private static IEnumerable<string> OfSchema(JsonElement section, string path = "")
    {
        foreach (var property in section.GetProperty("properties").EnumerateObject())
        {
            var value = property.Value;
            if (value.TryGetProperty("properties", out _))
            {
                foreach (var inner in OfSchema(value, $"{path}{property.Name}:"))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return $"{path}{property.Name} = {(value.TryGetProperty("default", out var standard) ? standard.ToString() : "")}";
            }
        }
    }

    private static IEnumerable<string> OfOptions(object options, string path = "")
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(options);
            if (value is not (null or string or IEnumerable or ValueType))
            {
                foreach (var inner in OfOptions(value, $"{path}{property.Name}:"))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return $"{path}{property.Name} = {(value is IEnumerable and not string ? "" : value)}";
            }
        }
    }
}
