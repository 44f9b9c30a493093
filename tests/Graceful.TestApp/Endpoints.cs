namespace Graceful.TestApp;

/// <summary>Ordinary requests, of every temper.</summary>
internal static class Endpoints
{
    public static void MapRequests(this IEndpointRouteBuilder app)
    {
        app.MapGet("/hello", () => "hello");

        // Finishes its work whatever happens, as most handlers do.
        app.MapGet("/slow", async (int ms) =>
        {
            Events.Say("request-begun");
            await Task.Delay(ms);
            Events.Say("request-ended");
            return "done";
        });

        // Ends when it is cut, and not before.
        app.MapGet("/endless", async (CancellationToken aborted) =>
        {
            Events.Say("request-begun");
            await Task.Delay(Timeout.Infinite, aborted);
        });

        // Does not even notice that it is cut: a blocking call to something that never answers.
        app.MapGet("/stuck", async () =>
        {
            Events.Say("request-begun");
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
        });
    }
}
