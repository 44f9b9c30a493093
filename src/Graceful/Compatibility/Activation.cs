namespace Graceful;

/// <summary>Who raises a level.</summary>
public enum Activation
{
    /// <summary>The fleet, once every live instance has been able to read the level for <see cref="CompatibilityOptions.Bake"/>.</summary>
    Automatic = 0,

    /// <summary>An operator (<see cref="ICompatibilityAdmin.ActivateAsync"/>), and only once every live instance can read it.</summary>
    Manual = 1,
}

/// <summary>What a reader does with data of a level that it does not support. Whatever it says, the data itself is left as it is: not overwritten, not deleted.</summary>
public enum Unreadable
{
    /// <summary>The operation fails.</summary>
    Fail = 0,

    /// <summary>The operation is put off: an instance that can read it takes it up.</summary>
    Defer = 1,

    /// <summary>The data counts as absent.</summary>
    Discard = 2,
}
