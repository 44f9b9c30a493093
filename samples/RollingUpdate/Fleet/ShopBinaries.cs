namespace Graceful.RollingUpdate;

/// <summary>
/// The builds of Shop. All are project references, so building this project has built them; they lie beside it in the artifacts folder.
/// </summary>
/// <param name="V1">A Shop.dll, or a native executable.</param>
/// <param name="V2">The same of version 2.</param>
/// <param name="V3">The same of version 3; it need not exist unless it is used.</param>
internal sealed record ShopBinaries(string V1, string V2, string V3)
{
    public string this[ShopVersion version] => version switch
    {
        ShopVersion.V1 => V1,
        ShopVersion.V2 => V2,
        _ => Existing(V3),
    };

    /// <param name="v1">Another program than the built one, or null.</param>
    /// <param name="v2">The same for version 2.</param>
    /// <param name="v3">The same for version 3.</param>
    public static ShopBinaries Locate(string? v1 = null, string? v2 = null, string? v3 = null)
    {
        // artifacts/bin/<this project>/<pivot>/ -> artifacts/bin/Shop/<pivot>/ and artifacts/bin/Shop/<configuration>_v<version>[_<rest>]/
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var shop = Path.Combine(own.Parent?.Parent?.FullName ?? own.FullName, "Shop");
        var pivot = own.Name.Split('_', 2);
        return new ShopBinaries(
            Existing(v1 ?? Path.Combine(shop, own.Name, "Shop.dll")),
            Existing(v2 ?? Built("v2")),
            v3 ?? Built("v3"));

        string Built(string version) => Path.Combine(shop, string.Join('_', [pivot[0], version, .. pivot[1..]]), "Shop.dll");
    }

    private static string Existing(string path) => File.Exists(path)
        ? Path.GetFullPath(path)
        : throw new RollFailedException($"'{path}' does not exist: build samples/RollingUpdate, which builds every version of Shop.");
}
