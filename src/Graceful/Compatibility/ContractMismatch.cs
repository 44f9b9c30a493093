namespace Graceful;

/// <summary>Why a build may not join.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Window">What it would have to cover.</param>
/// <param name="Supports">What it covers.</param>
internal readonly record struct ContractMismatch(string Contract, LevelRange Window, LevelRange Supports);
