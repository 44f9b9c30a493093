using System.Globalization;

namespace Graceful.RollingUpdate;

/// <summary>Where an instance believes the fleet to be with a contract.</summary>
/// <param name="Active">The level that is written.</param>
/// <param name="Low">The lowest level that may exist in data.</param>
/// <param name="High">The highest.</param>
/// <param name="Mode">What the fleet waits for.</param>
/// <param name="Epoch">Grows with every change.</param>
internal sealed record ContractDetail(int Active, int Low, int High, string Mode, long Epoch)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"level {Active} is written, [{Low},{High}] may exist ({Mode})");
}
