using System.Reflection;
using System.Text.Json;

namespace Graceful.Redis.Tests.DependencyInjection;

/// <summary>The schema that editors complete from names the settings there are in configuration; the others are for code.</summary>
public class ConfigurationSchemaTests
{
    [Fact]
    public void Schema_HasTheSettingsThereAre()
    {
        var root = typeof(ConfigurationSchemaTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "src/Graceful.Redis/ConfigurationSchema.json"))).RootElement
            .GetProperty("properties").GetProperty("Graceful").GetProperty("properties").GetProperty("Redis").GetProperty("properties");

        Assert.Equal(
            typeof(RedisOptions).GetProperties().Where(p => p.PropertyType == typeof(string)).Select(p => p.Name).Order(StringComparer.Ordinal),
            schema.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }
}
