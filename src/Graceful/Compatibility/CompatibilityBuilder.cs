using System.Globalization;

namespace Graceful;

/// <summary>Declares which levels of which contracts this build reads and writes. Used while services are registered, on one thread.</summary>
public sealed class CompatibilityBuilder
{
    private readonly List<ContractBuilder> _contracts = [];

    internal CompatibilityBuilder()
    {
    }

    /// <summary>Everything that is wrong with the declarations, in words.</summary>
    internal IEnumerable<string> Faults =>
    [
        .. _contracts.GroupBy(c => c.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => string.Create(
            CultureInfo.InvariantCulture, $"contract '{g.Key}' is declared {g.Count()} times: a build has one range for each contract")),
        .. _contracts.SelectMany(c => c.Faults),
    ];

    /// <summary>
    /// Declares a contract: a named data format with levels that are whole numbers. Follow it with <see cref="ContractBuilder.Supports(int, int)"/>.
    /// </summary>
    /// <param name="name">1 to 64 of <c>a-z</c>, <c>0-9</c>, <c>.</c>, <c>_</c> and <c>-</c>; the same in every build. Another name stops the start.</param>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public ContractBuilder Contract(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var contract = new ContractBuilder(name);
        _contracts.Add(contract);
        return contract;
    }

    internal ContractCatalog Build() => new(_contracts.Select(c => c.Build()));
}
