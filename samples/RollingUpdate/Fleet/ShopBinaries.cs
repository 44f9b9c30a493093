namespace Graceful.RollingUpdate;

/// <summary>
/// The two builds of Shop. Both are project references, so building this project has built them; they lie beside it in the artifacts folder.
/// </summary>
/// <param name="V1">A Shop.dll, or a native executable.</param>
/// <param name="V2">The same of version 2.</param>
internal sealed record ShopBinaries(string V1, string V2)
{
    public string this[ShopVersion version] => version == ShopVersion.V1 ? V1 : V2;

    /// <param name="v1">Another program than the built one, or null.</param>
    /// <param name="v2">The same for version 2.</param>
    public static ShopBinaries Locate(string? v1 = null, string? v2 = null)
    {
        // artifacts/bin/<this project>/<pivot>/ -> artifacts/bin/Shop/<pivot>/ and artifacts/bin/Shop/<configuration>_v2[_<rest>]/
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var shop = Path.Combine(own.Parent?.Parent?.FullName ?? own.FullName, "Shop");
        var pivot = own.Name.Split('_', 2);
        var pivotV2 = string.Join('_', [pivot[0], "v2", .. pivot[1..]]);
        return new ShopBinaries(
            Existing(v1 ?? Path.Combine(shop, own.Name, "Shop.dll")),
            Existing(v2 ?? Path.Combine(shop, pivotV2, "Shop.dll")));
    }

    private static string Existing(string path) => File.Exists(path)
        ? Path.GetFullPath(path)
        : throw new RollFailedException($"'{path}' does not exist: build samples/RollingUpdate, which builds both versions of Shop.");
}
