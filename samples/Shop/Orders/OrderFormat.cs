using System.Text.Json;
using Graceful;

namespace Shop;

/// <summary>
/// The journal's lines, level by level. A build reads and writes every level that it declares here; which one is written now is for the fleet to say, so that no line appears that an instance of
/// another version, or of the version one rolls back to, could not read.
/// </summary>
internal static class OrderFormat
{
    public const string Contract = "orders";

#if SHOP_V3
    // A release too early. A fleet that still writes level 1 keeps it out: a release in between, one that reads 2 and 3, is missing.
    public static void Declare(CompatibilityBuilder contracts) => contracts.Contract(Contract).Supports(3, 3);
#elif SHOP_V2
    public static void Declare(CompatibilityBuilder contracts) => contracts.Contract(Contract).Supports(1, 2);
#else
    public static void Declare(CompatibilityBuilder contracts) => contracts.Contract(Contract).Supports(1, 1);
#endif

    /// <summary>Level 1 is what, when and where; from level 2 on the line says its level and how many items there are.</summary>
    public static string Line(Order order, int level) =>
        JsonSerializer.Serialize(level == 1 ? order with { Items = null } : order with { Level = level }, ShopJson.Default.Order);
}
