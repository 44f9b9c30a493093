using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Graceful.Benchmarks;

/// <summary>What the application does with its sessions: ISession, unmodified.</summary>
internal static class SessionEndpoints
{
    public const string Establish = "/establish";
    public const string NoAccess = "/no-access";
    public const string Read = "/read";
    public const string ReadBlocking = "/read-blocking";
    public const string BlindWrite = "/blind-write";
    public const string ReadAndWrite = "/read-and-write";
    public const string DeclaredRead = "/declared-read";
    public const string Describe = "/describe";

    private static readonly byte[] Body = "done"u8.ToArray();

    public static void Map(WebApplication app, SessionSide side)
    {
        app.Map(Establish, (RequestDelegate)EstablishAsync);
        if (side == SessionSide.Untouched)
        {
            app.Map("/{work}", (RequestDelegate)AnswerAsync);
            return;
        }

        app.Map(NoAccess, (RequestDelegate)AnswerAsync);
        app.Map(Read, (RequestDelegate)ReadAsync);
        app.Map(ReadBlocking, (RequestDelegate)ReadBlockingAsync);
        app.Map(DeclaredRead, (RequestDelegate)ReadAsync).WithMetadata(new SessionKeysAttribute(SessionWork.None.Entry));
        app.Map(BlindWrite, side == SessionSide.BuiltIn ? (RequestDelegate)WriteLoadedAsync : WriteAsync);
        app.Map(ReadAndWrite, (RequestDelegate)ReadAndWriteAsync);
        app.Map(Describe, (RequestDelegate)DescribeAsync);
    }

    public static string NameOf(int entry) => $"entry{entry}";

    private static Task AnswerAsync(HttpContext context) => AnswerAsync(context, Body);

    private static Task AnswerAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }

    private static async Task EstablishAsync(HttpContext context)
    {
        var work = Work(context);
        await context.Session.LoadAsync();
        for (var i = 0; i < work.Entries; i++)
        {
            context.Session.Set(NameOf(i), work.Value);
        }

        await AnswerAsync(context);
    }

    private static async Task ReadAsync(HttpContext context)
    {
        await context.Session.LoadAsync();
        Require(context, Work(context).Entry);
        await AnswerAsync(context);
    }

    /// <summary>Without LoadAsync, as most code has it: a thread waits.</summary>
    private static Task ReadBlockingAsync(HttpContext context)
    {
        Require(context, Work(context).Entry);
        return AnswerAsync(context);
    }

    private static Task WriteAsync(HttpContext context)
    {
        context.Session.Set(Work(context).Entry, Work(context).Value);
        return AnswerAsync(context);
    }

    /// <summary>The built-in session cannot write without loading, and would block a thread for it.</summary>
    private static async Task WriteLoadedAsync(HttpContext context)
    {
        await context.Session.LoadAsync();
        await WriteAsync(context);
    }

    private static async Task ReadAndWriteAsync(HttpContext context)
    {
        var work = Work(context);
        await context.Session.LoadAsync();
        if (work.Between is { } between)
        {
            await between();
        }
        else
        {
            Require(context, work.Entry);
        }

        context.Session.Set(work.Entry, work.Value);
        await AnswerAsync(context);
    }

    /// <summary>Every entry with a hash of its value, in the order of the names.</summary>
    private static async Task DescribeAsync(HttpContext context)
    {
        await context.Session.LoadAsync();
        var lines = context.Session.Keys.Order(StringComparer.Ordinal).Select(k => $"{k} {Convert.ToHexString(SHA256.HashData(context.Session.Get(k)!))}\n");
        await AnswerAsync(context, Encoding.ASCII.GetBytes(string.Concat(lines)));
    }

    private static void Require(HttpContext context, string entry)
    {
        if (!context.Session.TryGetValue(entry, out _))
        {
            // With a store that does not answer the built-in session is empty: the answer says so, and nothing fails.
            context.Response.Headers["X-Empty"] = "1";
        }
    }

    private static SessionWork Work(HttpContext context) => context.Features.Get<SessionWork>()!;
}
