namespace Graceful;

/// <summary>What <see cref="InMemoryFleetStore"/> keeps of one instance.</summary>
internal sealed class StoredMember
{
    public long Sequence { get; set; }

    public string Profile { get; set; } = "";

    public long Acknowledged { get; set; }

    public bool HasLease { get; set; }

    public long LeaseEnds { get; set; }

    /// <summary>The place in the line of those who want to withdraw; 0 for none.</summary>
    public long Asked { get; set; }

    public string? Info { get; set; }

    public bool IsLive(long now) => HasLease && LeaseEnds >= now;

    public StoredMember Clone() => (StoredMember)MemberwiseClone();
}
