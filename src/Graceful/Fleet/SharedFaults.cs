namespace Graceful;

/// <summary>Whether a dependency that all instances share is at fault here (<see cref="DependencyClass.Shared"/>).</summary>
internal sealed class SharedFaults
{
    private readonly CheckState[] _checks;

    public SharedFaults(CheckRefresher refresher)
    {
        _checks = [.. refresher.Checks.Where(c => c.InReadiness && c.Class == DependencyClass.Shared)];
        refresher.Reported += () => Reported?.Invoke();
    }

    /// <summary>A check has run.</summary>
    public event Action? Reported;

    /// <summary>Which one is at fault; null when none is.</summary>
    public string? First
    {
        get
        {
            foreach (var check in _checks)
            {
                if (check.SharedFault is { } fault)
                {
                    return fault;
                }
            }

            return null;
        }
    }
}
