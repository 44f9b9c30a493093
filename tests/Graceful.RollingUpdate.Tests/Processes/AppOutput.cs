namespace Graceful.RollingUpdate.Tests.Processes;

/// <summary>What a process has written, line by line; events are the lines that begin with <c>@</c>.</summary>
internal sealed class AppOutput
{
    private const string EventMark = "@ ";
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public string Text => string.Join('\n', Lines);

    public IReadOnlyList<string> Events =>
        [.. Lines.Where(l => l.StartsWith(EventMark, StringComparison.Ordinal)).Select(l => l[EventMark.Length..])];

    public bool Has(string what) => Events.Any(e => Is(e, what));

    /// <summary>Each of these happened, in this order; others may have happened in between.</summary>
    public void AssertOrder(params ReadOnlySpan<string> expected)
    {
        var events = Events;
        var from = 0;
        foreach (var what in expected)
        {
            while (from < events.Count && !Is(events[from], what))
            {
                from++;
            }

            if (from++ >= events.Count)
            {
                Assert.Fail($"'{what}' did not happen in the order {string.Join(", ", expected.ToArray())}; what happened: {string.Join(", ", events)}");
            }
        }
    }

    /// <summary>This event never happened.</summary>
    public void AssertNever(string what) => Assert.DoesNotContain(Events, e => Is(e, what));

    public void Add(string? line)
    {
        if (line is not null)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }
        }
    }

    /// <summary>An event may say more than its name.</summary>
    private static bool Is(string happened, string what) => happened == what || happened.StartsWith(what + " ", StringComparison.Ordinal);
}
