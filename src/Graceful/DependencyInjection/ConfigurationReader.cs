using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Graceful;

/// <summary>
/// Reads a configuration section key by key and remembers every fault, where the framework's binder stops at the first. A key that nobody
/// asked for is a fault too: a misspelt setting must not silently stay at its default.
/// </summary>
internal sealed class ConfigurationReader(IConfiguration section, string path)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    // Asked once: every question to the configuration goes through all of its sources.
    private readonly Dictionary<string, IConfigurationSection> _children = section.GetChildren().ToDictionary(c => c.Key, StringComparer.OrdinalIgnoreCase);

    public List<string> Faults { get; private init; } = [];

    /// <summary>Reads a section of settings; one that is not there costs nothing.</summary>
    public void Section(string key, Action<ConfigurationReader> read)
    {
        _known.Add(key);
        if (_children.ContainsKey(key))
        {
            read(Child(key));
        }
    }

    public void Sections(string key, Action<string, ConfigurationReader> read) => Section(key, parent =>
    {
        foreach (var name in parent._children.Keys)
        {
            parent.Section(name, child => read(name, child));
        }
    });

    public void Bool(string key, Action<bool> set)
    {
        if (Value(key) is { } text)
        {
            Accept(bool.TryParse(text, out var value), value, set, key, text, "must be true or false");
        }
    }

    public void Int(string key, Action<int> set)
    {
        if (Value(key) is { } text)
        {
            var isNumber = int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value);
            Accept(isNumber, value, set, key, text, "must be a whole number");
        }
    }

    public void Number(string key, Action<double> set)
    {
        if (Value(key) is { } text)
        {
            var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
            Accept(isNumber, value, set, key, text, "must be a number such as 0.5");
        }
    }

    public void Duration(string key, Action<TimeSpan> set)
    {
        if (Value(key) is { } text)
        {
            // TimeSpan reads a bare number as days and hh:mm without seconds: "25" would be 25 days, "00:25" 25 minutes.
            var value = default(TimeSpan);
            var isDuration = text.Count(c => c == ':') == 2 && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
            Accept(isDuration, value, set, key, text, "must be a duration written hh:mm:ss, such as 00:00:25");
        }
    }

    public void Choice<T>(string key, Action<T> set)
        where T : struct, Enum
    {
        if (Value(key) is { } text)
        {
            // By name only: Enum.TryParse would also take any number.
            var name = Enum.GetNames<T>().FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
            Accept(name is not null, name is null ? default : Enum.Parse<T>(name), set, key, text, $"must be one of {string.Join(", ", Enum.GetNames<T>())}");
        }
    }

    public void Text(string key, Action<string> set)
    {
        if (Value(key) is { } text)
        {
            set(text);
        }
    }

    public void Texts(string key, Action<string> add)
    {
        _known.Add(key);

        // A single value stands for a list of one: an environment variable without an index.
        if (_children.GetValueOrDefault(key) is not { } list)
        {
            return;
        }

        if (list.Value is { Length: > 0 } single)
        {
            add(single);
        }

        foreach (var child in list.GetChildren().Where(c => !string.IsNullOrEmpty(c.Value)))
        {
            add(child.Value!);
        }
    }

    /// <summary>Call last: every key not asked for by now is unknown.</summary>
    public void RejectUnknown(params string[] alsoKnown)
    {
        _known.UnionWith(alsoKnown);
        foreach (var (name, _) in _children)
        {
            if (!_known.Contains(name))
            {
                Faults.Add($"{path}:{name} is not a setting; known here: {string.Join(", ", _known.Order(StringComparer.Ordinal))}");
            }
        }
    }

    private ConfigurationReader Child(string key)
    {
        if (_children[key].Value is { Length: > 0 } text)
        {
            Faults.Add($"{path}:{key} = '{text}' must be a section of settings, not a value");
        }

        return new ConfigurationReader(_children[key], $"{path}:{key}") { Faults = Faults };
    }

    private string? Value(string key)
    {
        _known.Add(key);
        if (_children.GetValueOrDefault(key) is not { } child)
        {
            return null;
        }

        if (child.GetChildren().Any())
        {
            Faults.Add($"{path}:{key} must be a value, not a section");
        }

        return child.Value is { Length: > 0 } text ? text : null;
    }

    private void Accept<T>(bool valid, T value, Action<T> set, string key, string text, string rule)
    {
        if (valid)
        {
            set(value);
        }
        else
        {
            Faults.Add($"{path}:{key} = '{text}' {rule}");
        }
    }
}
