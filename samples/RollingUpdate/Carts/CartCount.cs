namespace Graceful.RollingUpdate;

/// <summary>What shoppers have found in their carts.</summary>
internal sealed record CartCount
{
    /// <summary>How often a cart was read and compared with what had been acknowledged.</summary>
    public int Checked { get; private set; }

    /// <summary>Acknowledged additions that were gone for good. Each is counted once.</summary>
    public int Lost { get; private set; }

    /// <summary>Checks at which something was missing, and there on a later read.</summary>
    public int Stale { get; private set; }

    /// <summary>Pieces that nobody had put in: an addition that was carried out twice, or one that was gone and came back.</summary>
    public int Extra { get; private set; }

    /// <summary>Shoppers that had logged in, and were not known any more.</summary>
    public int LoggedOut { get; private set; }

    public bool IsClean => Lost == 0 && Extra == 0 && LoggedOut == 0;

    public void Add(CartFinding finding)
    {
        Checked++;
        Lost += finding.Missing;
        Extra += finding.Extra;
        Stale += finding.WasStale ? 1 : 0;
        LoggedOut += finding.LoggedOut ? 1 : 0;
    }
}
