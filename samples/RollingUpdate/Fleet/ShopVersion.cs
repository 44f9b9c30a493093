namespace Graceful.RollingUpdate;

/// <summary>The builds of Shop.</summary>
internal enum ShopVersion
{
    /// <summary>1.0.0, what runs before. It reads and writes orders of level 1.</summary>
    V1,

    /// <summary>2.0.0, what runs after a roll. Levels 1 and 2.</summary>
    V2,

    /// <summary>3.0.0, a release too early: level 3 alone.</summary>
    V3,
}

internal static class ShopVersionText
{
    public static int Number(this ShopVersion version) => (int)version + 1;

    public static string Text(this ShopVersion version) => $"{version.Number()}.0.0";
}
