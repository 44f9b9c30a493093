namespace Graceful;

/// <summary>One element of a key ring: a key, or the revocation of one.</summary>
/// <param name="Name">What it is known by, not secret.</param>
/// <param name="Content">What it holds: perhaps a key in the clear. Not part of <see cref="ToString"/>.</param>
public sealed record KeyRingElement(string Name, string Content)
{
    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>What became of an element that was to be added.</summary>
public enum KeyRingAddition
{
    /// <summary>It is there, with this content.</summary>
    Added = 0,

    /// <summary>The name belongs to another element, or to one that was removed. Nothing was changed.</summary>
    NameTaken = 1,

    /// <summary>The lease ran out, or another holds it. Nothing was changed.</summary>
    LeaseLost = 2,
}
