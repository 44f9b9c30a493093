using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful.Benchmarks;

/// <summary>The application under measurement, in a process of its own: one endpoint, and Graceful or not.</summary>
internal static class BenchmarkApp
{
    /// <summary>The environment variable that turns this program into the application.</summary>
    public const string Switch = "BENCHMARK_APP";

    /// <summary>Set for load: no log providers.</summary>
    public const string Quiet = "BENCHMARK_QUIET";

    private static readonly byte[] Body = "hello"u8.ToArray();

    public static async Task<int> RunAsync(string variant)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        if (Environment.GetEnvironmentVariable(Quiet) is not null)
        {
            builder.Logging.ClearProviders();
        }

        if (variant != nameof(AppVariant.Plain))
        {
            AddGraceful(builder);
        }

        var app = builder.Build();
        app.MapGet("/", (RequestDelegate)(context =>
        {
            context.Response.ContentLength = Body.Length;
            return context.Response.Body.WriteAsync(Body).AsTask();
        }));
        app.Lifetime.ApplicationStarted.Register(EndWithParent);
        await app.RunAsync();
        return 0;
    }

    /// <summary>In a method of its own, so that the plain variant loads no assembly of Graceful.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddGraceful(WebApplicationBuilder builder) => builder.AddGraceful();

    /// <summary>Standard input ends when the measuring process does, however it does.</summary>
    private static void EndWithParent() => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
            // Nothing is ever written to it.
        }

        Environment.Exit(0);
    })
    { IsBackground = true }.Start();
}
