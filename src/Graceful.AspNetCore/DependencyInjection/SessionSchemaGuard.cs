namespace Graceful;

/// <summary>
/// Each entry must have a version to be written in at every level that this build supports. Otherwise the first write in a roll would fail, and no test on a developer's machine, where the highest level is
/// active, would have shown it.
/// </summary>
internal sealed class SessionSchemaGuard(SessionStateOptions options, IServiceProvider services) : StartGuard
{
    protected override void Check()
    {
        var levels = services.GetService(typeof(ICompatibility)) as ICompatibility;
        if (levels?.Contracts.FirstOrDefault(c => c.Name == options.Contract) is not { } contract)
        {
            return;
        }

        // At level 0 there is no contract yet, and nothing is written by it.
        var lowest = Math.Max(1, contract.Declaration.Supports.Min);
        if (options.Schemas.Values.FirstOrDefault(s => s.LowestWritten > lowest) is { } schema)
        {
            throw new InvalidOperationException(
                $"The session entry '{schema.Name}' cannot be written at level {lowest} of the contract '{contract.Name}', which this build supports: the lowest version that it writes is {schema.LowestWritten}. "
                + $"Add Downcast({lowest}, …); or, for an entry that no build before knows, call its first version {lowest}.");
        }
    }
}
