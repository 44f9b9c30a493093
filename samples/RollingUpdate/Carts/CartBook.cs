using System.Globalization;

namespace Graceful.RollingUpdate;

/// <summary>What a shopper knows of its own cart: what was acknowledged, and what was asked for without an answer and may be there or not.</summary>
internal sealed class CartBook
{
    private readonly Dictionary<string, int> _sure = [];
    private readonly Dictionary<string, int> _perhaps = [];
    private string? _user;

    /// <summary>Acknowledged pieces.</summary>
    public int Pieces => _sure.Values.Sum();

    public bool IsLoggedIn => _user is not null;

    public void Acknowledge(string item) => _sure[item] = _sure.GetValueOrDefault(item) + 1;

    /// <summary>There was no answer, or a bad one.</summary>
    public void Doubt(string item) => _perhaps[item] = _perhaps.GetValueOrDefault(item) + 1;

    public void LoggedIn(string user) => _user = user;

    public CartFinding Compare(CartReply found, bool wasStale)
    {
        var missing = _sure.Sum(i => Math.Max(0, i.Value - found.Items.GetValueOrDefault(i.Key)));
        var extra = found.Items.Sum(i => Math.Max(0, i.Value - _sure.GetValueOrDefault(i.Key) - _perhaps.GetValueOrDefault(i.Key)));
        var detail = $"{Text(_sure)} of {_user ?? "nobody"} acknowledged, {Text(found.Items)} of {found.User ?? "nobody"} told by {found.Who.Instance} ({found.Who.Version.Text()})";
        return new CartFinding(missing, extra, _user is not null && found.User != _user, wasStale, detail);
    }

    /// <summary>Takes what is there for what should be, so that one loss is not counted again at every look.</summary>
    public void Accept(CartReply found)
    {
        Clear();
        _user = found.User;
        foreach (var (item, quantity) in found.Items)
        {
            _sure[item] = quantity;
        }
    }

    public void Clear()
    {
        _sure.Clear();
        _perhaps.Clear();
        _user = null;
    }

    private static string Text(IReadOnlyDictionary<string, int> items) =>
        items.Count == 0 ? "nothing" : string.Join(" ", items.OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i.Value}×{i.Key}")));
}
