using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Circuits;

/// <summary>
/// What blazor.web.js of .NET 10 does with its circuit, over the protocol it speaks: starts it, acknowledges what is rendered, pauses when it is told to, leaves on
/// the answer, and resumes with the state it was given by then.
/// </summary>
internal sealed partial class Browser : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _calls = [];
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HubConnection _connection = null!;
    private Uri _page = null!;
    private string _marker = "";
    private string _circuit = "";
    private (string Components, string State)? _saved;
    private volatile string _rendered = "";

    /// <summary>Whether it does what it is told.</summary>
    public bool Pauses { get; set; } = true;

    /// <summary>Before it acknowledges its state: the server deals with one invocation at a time.</summary>
    public bool ClicksBeforeItHasItsState { get; set; }

    /// <summary>After that. A browser stops a moment after it has its answer; what it sends up to then is the same to the server.</summary>
    public bool ClicksBeforeItLeaves { get; set; }

    /// <summary>The functions that were called without an answer being wanted.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Each ends the page in a browser.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Whether it had its state when its pause was answered: with the answer it leaves.</summary>
    public bool HadItsState { get; private set; }

    /// <summary>It has paused, and left.</summary>
    public Task Paused => _paused.Task;

    /// <summary>How the connection ended, unless it ended it itself.</summary>
    public TaskCompletionSource<Exception?> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<Browser> OpenAsync(TestApp app)
    {
        var browser = new Browser();
        using var http = new HttpClient { BaseAddress = app.Http };
        var page = await http.GetStringAsync("/");
        browser._marker = Marker().Match(page).Groups[1].Value;
        await browser.ConnectAsync(app);
        browser._circuit = await browser._connection.InvokeAsync<string>("StartCircuit", app.Http.ToString(), app.Http.ToString(), "[]", "");
        await browser.AddComponentAsync(WebUtility.HtmlDecode(PageState().Match(page).Groups[1].Value));
        await browser.RendersAsync("kept 0, lost 0");
        return browser;
    }

    /// <summary>Opens the page, and leaves as soon as the server is about to open its circuit.</summary>
    public static async Task LeaveBeforeItIsOpenAsync(TestApp app, Task opening)
    {
        await using var browser = new Browser();
        using var http = new HttpClient { BaseAddress = app.Http };
        var page = await http.GetStringAsync("/");
        browser._marker = Marker().Match(page).Groups[1].Value;
        await browser.ConnectAsync(app);
        browser._circuit = await browser._connection.InvokeAsync<string>("StartCircuit", app.Http.ToString(), app.Http.ToString(), "[]", "");
        await browser.AddComponentAsync(WebUtility.HtmlDecode(PageState().Match(page).Groups[1].Value));
        await opening;
        await browser._connection.StopAsync();
    }

    /// <summary>As blazor.server.js: the circuit is started with the component.</summary>
    public static async Task<Browser> OpenServerPageAsync(TestApp app)
    {
        var browser = new Browser();
        using var http = new HttpClient { BaseAddress = app.Http };
        var marker = Marker().Match(await http.GetStringAsync("/plain")).Groups[1].Value;
        await browser.ConnectAsync(app);
        browser._circuit = await browser._connection.InvokeAsync<string>("StartCircuit", app.Http.ToString(), app.Http.ToString(), $"[{marker}]", "");
        await browser.RendersAsync("plain");
        return browser;
    }

    public Task RendersAsync(string text) => Eventually.True(() => _rendered.Contains(text + ";", StringComparison.Ordinal), $"\"{text}\" is rendered");

    /// <returns>False where the circuit is not known: it is gone, or on another instance.</returns>
    public async Task<bool> ReconnectAsync(TestApp app)
    {
        await ConnectAsync(app);
        return await _connection.InvokeAsync<bool>("ConnectCircuit", _circuit);
    }

    /// <returns>False when there is nothing to resume with: a browser loads the page again.</returns>
    public async Task<bool> ResumeAsync()
    {
        _rendered = "";
        var saved = _saved ?? ("[]", "");
        _saved = null;
        var circuit = await _connection.InvokeAsync<string?>("ResumeCircuit", _circuit, _page.ToString(), _page.ToString(), saved.Item1, saved.Item2);
        if (circuit is null)
        {
            return false;
        }

        _circuit = circuit;
        await AddComponentAsync("");
        return true;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task ConnectAsync(TestApp app)
    {
        _page = app.Http;
        var builder = new HubConnectionBuilder().WithUrl(new Uri(app.Http, "/_blazor"));
        var protocol = typeof(CircuitHandler).Assembly.GetType("Microsoft.AspNetCore.Components.Server.BlazorPack.BlazorPackHubProtocol", throwOnError: true)!;
        builder.Services.AddSingleton((IHubProtocol)Activator.CreateInstance(protocol)!);
        var connection = builder.Build();
        connection.On("JS.BeginInvokeJS", (long handle, string function, string _, int _, long _, int _) => CallAsync(handle, function));
        connection.On("JS.RenderBatch", async (long id, byte[] batch) =>
        {
            _rendered += Encoding.UTF8.GetString(batch);
            await connection.SendAsync("OnRenderCompleted", id, (string?)null);
        });
        connection.On("JS.SavePersistedState", (string circuit, string components, string state) => SaveAsync(circuit, components, state));
        connection.On("JS.Error", (string error) => _errors.Enqueue(error));
        connection.Closed += exception =>
        {
            Closed.TrySetResult(exception);
            return Task.CompletedTask;
        };
        await connection.StartAsync();
        _connection = connection;
    }

    private Task AddComponentAsync(string state) => _connection.SendAsync(
        "UpdateRootComponents",
        $$"""{"batchId":1,"operations":[{"type":"add","ssrComponentId":1,"marker":{{_marker}}}]}""",
        state);

    private async Task CallAsync(long handle, string function)
    {
        if (handle != 0)
        {
            await _connection.SendAsync("EndInvokeJSFromDotNet", handle, true, string.Create(CultureInfo.InvariantCulture, $"[{handle},true,null]"));
            return;
        }

        _calls.Enqueue(function);
        if (function == "Blazor.pauseCircuit" && Pauses)
        {
            // Beside the loop that reads: what comes from the server meanwhile is dealt with.
            _ = PauseAsync();
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await _connection.InvokeAsync<bool>("PauseCircuit");
            HadItsState = _saved is not null;
            if (ClicksBeforeItLeaves)
            {
                await ClickAsync();
                await Task.Delay(300);
            }

            await _connection.StopAsync();
            _paused.SetResult();
        }
        catch (Exception exception)
        {
            _paused.SetException(exception);
        }
    }

    private async Task<bool> SaveAsync(string circuit, string components, string state)
    {
        Assert.Equal(_circuit, circuit);
        _saved = (components, state);
        if (ClicksBeforeItHasItsState)
        {
            await ClickAsync();
        }

        return true;
    }

    private Task ClickAsync() => _connection.SendAsync("OnRenderCompleted", 1L, (string?)null);

    [GeneratedRegex("<!--Blazor:(\\{\"type\":\"server\".*?\\})-->")]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex PageState();
}
