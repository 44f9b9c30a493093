namespace Shop;

/// <summary>Who answers: shown on the page and in every answer, so that a roll can be watched from outside.</summary>
internal sealed record ShopIdentity(string Version, string Instance)
{
    public static ShopIdentity From(IConfiguration configuration) => new(
        typeof(ShopIdentity).Assembly.GetName().Version!.ToString(3),
        configuration["Shop:Instance"] is { Length: > 0 } name ? name : $"{Environment.MachineName}-{Environment.ProcessId}");
}
