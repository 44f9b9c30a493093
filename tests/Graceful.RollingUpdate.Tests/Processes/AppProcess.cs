using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Graceful.RollingUpdate.Tests.Processes;

/// <summary>A process under test. Whatever becomes of the test, the process is gone at its end.</summary>
internal sealed partial class AppProcess : IAsyncDisposable
{
    private const string Ready = "phase Ready";
    private static readonly string[] OwnedVariables = ["ASPNETCORE_", "Graceful__", "DOTNET_ENVIRONMENT", "NOTIFY_SOCKET", "Kestrel__", "Logging__"];
    private static readonly TimeSpan NotACopy = TimeSpan.FromMilliseconds(400);
    private readonly Process _process;
    private readonly AppSettings _settings;
    private readonly Task<long> _exited;
    private HttpClient? _http;
    private long _asked;
    private long _lastSignal;

    private AppProcess(ProcessStartInfo start, AppSettings settings)
    {
        _settings = settings;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var inherited in start.Environment.Keys.Where(k => OwnedVariables.Any(k.StartsWith)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        // Its standard input closes when this process is gone, however it went.
        start.Environment["TESTAPP_PARENT_WATCH"] = "1";
        foreach (var (name, value) in settings.ToVariables())
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Output.Add(e.Data);
        _process.ErrorDataReceived += (_, e) => Errors.Add(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _exited = WaitForExitAsync();
    }

    public AppOutput Output { get; } = new();

    public AppOutput Errors { get; } = new();

    public DrainReportLine Report => DrainReportLine.In(Output);

    /// <summary>A client of the first address the program listens on.</summary>
    public HttpClient Http => _http ??= new HttpClient { BaseAddress = Addresses[0], Timeout = Poll.Limit };

    /// <summary>In the words of the test app or of the framework.</summary>
    public IReadOnlyList<Uri> Addresses =>
    [
        .. Output.Lines
            .Select(l => AddressPattern().Match(l))
            .Where(m => m.Success)
            .Select(m => new Uri(m.Groups[1].Value)),
    ];

    /// <summary>Starts a program of the test app and returns at once.</summary>
    public static AppProcess Start(string scenario, AppSettings settings)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "These tests send real signals, which Windows does not have.");
        return new AppProcess(
            new ProcessStartInfo("dotnet", [Binaries.TestApp, scenario]) { WorkingDirectory = Path.GetDirectoryName(Binaries.TestApp) }, settings);
    }

    /// <summary>Starts any other program.</summary>
    public static AppProcess Start(ProcessStartInfo start, AppSettings settings)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "These tests send real signals, which Windows does not have.");
        return new AppProcess(start, settings);
    }

    /// <summary>Starts a program of the test app and waits until it is ready.</summary>
    public static async Task<AppProcess> StartReadyAsync(string scenario, AppSettings settings, string ready = Ready)
    {
        var app = Start(scenario, settings);
        try
        {
            await app.EventAsync(ready);
            if (ready == Ready)
            {
                // The phase and the host's own event come from two threads; the addresses come with the latter.
                await app.EventAsync("started");
            }

            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public Task EventAsync(string what) => UntilAsync(() => Output.Has(what), $"'{what}' did not happen");

    public Task LineAsync(string part) =>
        UntilAsync(() => Output.Lines.Any(l => l.Contains(part, StringComparison.Ordinal)), $"'{part}' was not written");

    /// <summary>The names of the files that it has mapped, its assemblies among them. From the system itself, for Process.Modules has only those with machine code.</summary>
    public IReadOnlyList<string> MappedFiles()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lists them.");
        return [.. File.ReadLines($"/proc/{ProcessId}/maps").Select(l => Path.GetFileName(l[(l.LastIndexOf(' ') + 1)..])).Distinct()];
    }

    public void Signal(int signal)
    {
        MarkAsked();
        _lastSignal = Stopwatch.GetTimestamp();
        Signals.Send(ProcessId, signal);
    }

    /// <summary>
    /// Another signal, later than the copies of one that a process group or a supervisor makes, which count as one.
    /// </summary>
    public async Task SignalAgainAsync(int signal)
    {
        await Poll.UntilAsync(() => Stopwatch.GetElapsedTime(_lastSignal) > NotACopy, () => "");
        Signal(signal);
    }

    /// <summary>From here on the time until its exit is counted; a signal marks by itself.</summary>
    public void MarkAsked() => Interlocked.CompareExchange(ref _asked, Stopwatch.GetTimestamp(), 0);

    public TimeSpan SinceAsked => Stopwatch.GetElapsedTime(_asked);

    /// <summary>Waits for the end: exit code 0, and how long after it was asked to.</summary>
    public async Task<TimeSpan> ExitsCleanlyAsync()
    {
        var (code, after) = await ExitsAsync();
        Assert.True(code == 0, $"The exit code is {code}.\n{Errors.Text}");
        Assert.Empty(Errors.Text);
        return after;
    }

    public async Task<(int Code, TimeSpan After)> ExitsAsync()
    {
        await Poll.UntilAsync(() => _exited.IsCompleted, () => $"The process does not end. Its output:\n{Output.Text}");
        return (_process.ExitCode, _asked == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_asked, await _exited));
    }

    public bool IsRunning => !_exited.IsCompleted;

    /// <summary>Its own word, where it gives one: what was started may be a shell around it.</summary>
    private int ProcessId =>
        Output.Events.FirstOrDefault(e => e.StartsWith("pid ", StringComparison.Ordinal)) is { } own
            ? int.Parse(own["pid ".Length..], CultureInfo.InvariantCulture)
            : _process.Id;

    /// <summary>What a probe answers, on a connection of its own; null when nobody does.</summary>
    public async Task<HttpStatusCode?> ProbeAsync(string path)
    {
        try
        {
            using var client = new HttpClient { Timeout = Poll.Limit };
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{_settings.ProbePort}{path}");
            request.Headers.ConnectionClose = true;
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>How many requests run, by its own account.</summary>
    public async Task<int> RequestsAsync()
    {
        using var detail = await DetailAsync();
        return detail.RootElement.GetProperty("requests").GetInt32();
    }

    /// <summary>All that it tells of its readiness.</summary>
    public async Task<JsonDocument> DetailAsync()
    {
        using var client = new HttpClient { Timeout = Poll.Limit };
        using var response = await client.GetAsync($"http://127.0.0.1:{_settings.ProbePort}/readyz?verbose", TestContext.Current.CancellationToken);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<HttpResponseMessage> PostProbeAsync(string path, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Poll.Limit };
        return await client.PostAsync($"http://127.0.0.1:{_settings.ProbePort}{path}", null, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (IsRunning)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _exited;
        _process.Dispose();

        // Shown by the runner when the test has failed.
        TestContext.Current.TestOutputHelper?.WriteLine($"--- output of {string.Join(' ', _process.StartInfo.ArgumentList)}\n{Output.Text}\n{Errors.Text}");
    }

    [GeneratedRegex("(?:^@ listening|Now listening on:) (.*)$")]
    private static partial Regex AddressPattern();

    private async Task<long> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        return Stopwatch.GetTimestamp();
    }

    private Task UntilAsync(Func<bool> condition, string otherwise) => Poll.UntilAsync(
        () =>
        {
            // Asked in this order: what was written before the end has been read by then.
            var running = IsRunning;
            if (condition())
            {
                return true;
            }

            Assert.True(running, $"{otherwise} before the process ended. Its output:\n{Output.Text}\n{Errors.Text}");
            return false;
        },
        () => $"{otherwise}. The output:\n{Output.Text}\n{Errors.Text}");
}
