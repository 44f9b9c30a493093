namespace Graceful.RollingUpdate;

/// <summary>The two builds of Shop a roll goes between.</summary>
internal enum ShopVersion
{
    /// <summary>1.0.0, what runs before.</summary>
    V1,

    /// <summary>2.0.0, what runs after.</summary>
    V2,
}
