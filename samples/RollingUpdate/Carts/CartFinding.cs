using System.Globalization;

namespace Graceful.RollingUpdate;

/// <summary>What one look into a cart showed.</summary>
/// <param name="Missing">Acknowledged pieces that are not there.</param>
/// <param name="Extra">Pieces that were never asked for.</param>
/// <param name="LoggedOut">The shop does not know who it is any more.</param>
/// <param name="WasStale">Something was missing at first, and there a moment later.</param>
/// <param name="Detail">What should be there, what is, and who said so.</param>
internal sealed record CartFinding(int Missing, int Extra, bool LoggedOut, bool WasStale, string Detail)
{
    /// <summary>Whether everything is as it should be, now.</summary>
    public bool IsGood => Missing == 0 && Extra == 0 && !LoggedOut;

    /// <summary>Null when <see cref="IsGood"/>.</summary>
    public (string Cause, string Detail)? Fault =>
        LoggedOut ? ("cart: logged out", Detail)
        : Missing > 0 ? ("cart: acknowledged and gone", string.Create(CultureInfo.InvariantCulture, $"{Missing} missing: {Detail}"))
        : Extra > 0 ? ("cart: more than was put in", string.Create(CultureInfo.InvariantCulture, $"{Extra} too many: {Detail}"))
        : null;
}
