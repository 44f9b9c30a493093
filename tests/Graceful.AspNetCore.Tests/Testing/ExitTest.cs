using System.Diagnostics;
using Microsoft.AspNetCore.Builder;

namespace Graceful.AspNetCore.Tests.Testing;

/// <summary>Measures the exit of a host, with a budget that nobody may use up.</summary>
internal static class ExitTest
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    /// <summary>Generous, for a loaded machine; and far from a quarter of the budget, which is what Kestrel's own stop may use.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    public static Task<TestApp> StartAsync(Action<WebApplication>? map = null, Action<GracefulOptions>? options = null, Action? flush = null) => TestApp.StartAsync(
        app =>
        {
            app.MapGet("/", () => "ok");
            map?.Invoke(app);
        },
        o =>
        {
            o.Drain.Budget = Budget;
            options?.Invoke(o);
        },
        builder =>
        {
            if (flush is not null)
            {
                builder.Services.AddParticipant(flush);
            }
        });

    public static async Task AssertExitsSoonAsync(TestApp test, TimeSpan? within = null)
    {
        var start = Stopwatch.GetTimestamp();
        await test.ExitAsync();
        var took = Stopwatch.GetElapsedTime(start);
        Assert.True(took < (within ?? Soon), $"the exit took {took}; {test.ReportLine}");
    }
}
