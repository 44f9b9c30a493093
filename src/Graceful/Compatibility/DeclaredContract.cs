namespace Graceful;

/// <summary>A contract of this build.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Declaration">What the fleet is told.</param>
/// <param name="OnUnreadable">What readers do with data of other levels.</param>
/// <param name="ObserveOnly">Whether a mismatch is only logged and shown.</param>
public sealed record DeclaredContract(string Name, ContractDeclaration Declaration, Unreadable OnUnreadable, bool ObserveOnly);
