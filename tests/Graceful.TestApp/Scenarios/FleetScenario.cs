using System.Globalization;

namespace Graceful.TestApp.Scenarios;

/// <summary>
/// A member of a fleet, whose build supports the levels of <c>Session</c> ("1-2"). As long as it serves it writes records at the level that it is given, and it tells how it stands.
/// </summary>
internal static class FleetScenario
{
    public const string Contract = "session";

    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        var range = builder.Configuration["Session"]!.Split('-');
        builder.AddGraceful()
            .AddRedis()
            .AddCompatibility(c => Retain(c.Contract(Contract).Supports(Number(range[0]), Number(range[1])), builder.Configuration["Retention"]!))
            .AddGatedHostedService<FleetWriter>();
        builder.Services.AddSingleton<FleetLog>();
        builder.Services.AddHostedService<FleetWatch>();
        var app = builder.Build();
        app.MapRequests();
        app.MapOperator();
        return ScenarioHost.RunAsync(app);
    }

    private static void Retain(ContractBuilder contract, string retention)
    {
        if (retention == "manual")
        {
            contract.RetainManually();
        }
        else
        {
            contract.Retain(TimeSpan.Parse(retention, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>What an operator may ask, over HTTP.</summary>
    private static void MapOperator(this WebApplication app)
    {
        var admin = app.Services.GetRequiredService<ICompatibilityAdmin>();
        app.MapPost("/pin", async () => Say(await admin.PinAsync(Contract)));
        app.MapPost("/unpin", async () => Say(await admin.UnpinAsync(Contract)));
        app.MapPost("/activate", async () => Say(await admin.ActivateAsync(Contract)));
        app.MapPost("/cancel", async () => Say(await admin.CancelAsync(Contract)));
        app.MapPost("/retreat", async () => Say(await admin.RetreatAsync(Contract)));
        app.MapPost("/retire", async () => Say(await admin.RetireAsync(Contract)));
        app.MapGet("/explain", async () => await admin.ExplainAsync(Contract));
        app.MapGet("/can-roll-back", async (int min, int max) => await admin.CanRollBackAsync(new Dictionary<string, LevelRange> { [Contract] = new(min, max) }));
    }

    private static string Say(AdminOutcome outcome) => outcome.IsAccepted ? "accepted" : outcome.Reason!;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
