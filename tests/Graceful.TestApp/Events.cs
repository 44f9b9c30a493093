namespace Graceful.TestApp;

/// <summary>What the tests read: one line for each event, in the order in which they happened.</summary>
internal static class Events
{
    private static readonly Lock Gate = new();

    public static void Say(string what)
    {
        lock (Gate)
        {
            Console.Out.WriteLine($"@ {what}");
            Console.Out.Flush();
        }
    }
}
