namespace Graceful;

/// <summary>Declares one contract. What is invalid stops the start, together with every other fault of the configuration.</summary>
public sealed class ContractBuilder
{
    private static readonly TimeSpan LongestRetention = TimeSpan.FromDays(3650);
    private readonly List<string> _faults = [];
    private int? _min;
    private int _max;
    private int? _ceiling;
    private TimeSpan _retention;
    private Activation _activation;
    private Unreadable _onUnreadable;
    private bool _retainManually;
    private bool _observeOnly;

    internal ContractBuilder(string name)
    {
        Name = name;
        if (!ContractProfile.IsName(name))
        {
            _faults.Add($"contract '{name}' has no valid name: 1 to 64 of a-z, 0-9, '.', '_' and '-'");
        }
    }

    internal string Name { get; }

    internal IEnumerable<string> Faults => _min is null ? [.. _faults, $"contract '{Name}' must say which levels it supports: .Supports(min, max)"] : CheckedFaults();

    /// <summary>The levels that this build reads and can write, both ends included. A contract that is new to the fleet must support level 0, "absent", once.</summary>
    public ContractBuilder Supports(int min, int max)
    {
        if (_min is not null)
        {
            _faults.Add($"contract '{Name}': Supports is said twice");
        }

        (_min, _max) = (min, max);
        return this;
    }

    /// <summary>The highest level that may be activated while this build is in the fleet. Default: the highest that it supports.</summary>
    public ContractBuilder ActivateUpTo(int level)
    {
        _ceiling = level;
        return this;
    }

    /// <summary>How long data may exist after the last write at its level: the expiry of a session, the longest age of a message. Default: 0.</summary>
    public ContractBuilder Retain(TimeSpan retention)
    {
        _retention = retention;
        return this;
    }

    /// <summary>Data of a level is gone only when an operator says so (<see cref="ICompatibilityAdmin.RetireAsync"/>).</summary>
    public ContractBuilder RetainManually()
    {
        _retainManually = true;
        return this;
    }

    /// <summary>Who raises the level. Default: <see cref="Graceful.Activation.Automatic"/>.</summary>
    public ContractBuilder Activation(Activation activation)
    {
        _activation = activation;
        return this;
    }

    /// <summary>What readers do with data of a level that this build does not support. Default: <see cref="Unreadable.Fail"/>.</summary>
    public ContractBuilder OnUnreadable(Unreadable behavior)
    {
        _onUnreadable = behavior;
        return this;
    }

    /// <summary>
    /// A mismatch of this contract refuses nothing: the instance logs it, shows it in <c>/readyz?verbose</c>, and serves. To try the check out before trusting it; no guarantee holds for the contract.
    /// </summary>
    public ContractBuilder ObserveOnly()
    {
        _observeOnly = true;
        return this;
    }

    internal DeclaredContract Build() => new(
        Name,
        new ContractDeclaration(new LevelRange(_min ?? 0, _max), _ceiling, _activation == Graceful.Activation.Manual, _retention, _retainManually),
        _onUnreadable,
        _observeOnly);

    private List<string> CheckedFaults()
    {
        List<string> faults = [.. _faults];
        if (_min < 0 || _max < 0)
        {
            faults.Add($"contract '{Name}': Supports({_min}, {_max}) must not be negative");
        }
        else if (_min > _max)
        {
            faults.Add($"contract '{Name}': Supports({_min}, {_max}) must name the lowest level first");
        }
        else if (_ceiling < _min)
        {
            faults.Add($"contract '{Name}': ActivateUpTo({_ceiling}) must be at least the lowest level it supports ({_min})");
        }

        if (_retention < TimeSpan.Zero || _retention > LongestRetention)
        {
            faults.Add($"contract '{Name}': Retain({_retention}) must not be negative and be at most {LongestRetention.TotalDays:0} days");
        }

        if (!Enum.IsDefined(_activation))
        {
            faults.Add($"contract '{Name}': Activation({_activation}) must be one of {string.Join(", ", Enum.GetNames<Activation>())}");
        }

        if (!Enum.IsDefined(_onUnreadable))
        {
            faults.Add($"contract '{Name}': OnUnreadable({_onUnreadable}) must be one of {string.Join(", ", Enum.GetNames<Unreadable>())}");
        }

        return faults;
    }
}
