using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Rolls;

/// <summary>Runs the sample as a user does, and reads the report it leaves.</summary>
internal sealed class Roll
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private Roll(int exitCode, string output, JsonElement report)
    {
        ExitCode = exitCode;
        Output = output;
        Report = report;
    }

    public int ExitCode { get; }

    public string Output { get; }

    private JsonElement Report { get; }

    public static async Task<Roll> RunAsync(params IEnumerable<string> arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A roll sends real signals, which Windows does not have.");
        var folder = Directory.CreateTempSubdirectory("roll-");
        try
        {
            var start = new ProcessStartInfo("dotnet", [Binaries.RollingUpdate, .. arguments, "--report", folder.FullName])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            };
            var (code, output) = await RunAsync(start);
            TestContext.Current.TestOutputHelper?.WriteLine(output);
            var report = Path.Combine(folder.FullName, "report.json");
            Assert.True(File.Exists(report), $"There is no report; the exit code is {code}.\n{output}");
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken));
            return new Roll(code, output, json.RootElement.Clone());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Exit code 0, and the numbers behind it: something was really sent, and really replaced.</summary>
    public void AssertNothingLost(int instances)
    {
        AssertNothingLost();
        var old = Instances("v1");
        Assert.Equal(instances, old.Count);
        Assert.All(old, i => Assert.Equal(0, i.GetProperty("exitCode").GetInt32()));
        Assert.All(old, i => Assert.True(i.GetProperty("answered").GetInt32() > 0, "An old instance never answered."));
        var fresh = Instances("v2");
        Assert.Equal(instances, fresh.Count);
        Assert.All(fresh, i => Assert.True(i.GetProperty("answered").GetInt32() > 0, "A new instance never answered."));
        Assert.Empty(Handshake.GetProperty("refusals").EnumerateArray());
    }

    /// <summary>Version 3 stood in front of a closed door, and everybody inside served on.</summary>
    public void AssertRefused(int instances)
    {
        AssertNothingLost();
        var refusal = Assert.Single(Handshake.GetProperty("refusals").EnumerateArray());
        Assert.Equal("v3", refusal.GetProperty("version").GetString());
        Assert.Equal((503, 200), (refusal.GetProperty("mainStatus").GetInt32(), refusal.GetProperty("livenessStatus").GetInt32()));
        var reason = refusal.GetProperty("reason").GetString()!;
        Assert.Contains("Contract 'orders'", reason, StringComparison.Ordinal);
        Assert.Contains("this build supports [3,3]", reason, StringComparison.Ordinal);
        Assert.Contains("a release in between is missing", reason, StringComparison.Ordinal);
        Assert.Contains("is refused: Contract 'orders'", Output, StringComparison.Ordinal);
        Assert.All(Instances("v1"), i => Assert.Equal(JsonValueKind.Null, i.GetProperty("exitCode").ValueKind));
        Assert.Equal(instances, Instances("v1").Count);
        Assert.Equal((0, 0), (Assert.Single(Instances("v3")).GetProperty("answered").GetInt32(), Assert.Single(Instances("v3")).GetProperty("exitCode").GetInt32()));
    }

    /// <summary>Version 2 came and went, and left nothing that version 1 cannot read.</summary>
    public void AssertRolledBack(int replaced)
    {
        AssertNothingLost();
        Assert.Equal(replaced, Instances("v2").Count);
        Assert.All(Instances("v2"), i => Assert.Equal(0, i.GetProperty("exitCode").GetInt32()));
        Assert.True(Instances("v2").Sum(i => i.GetProperty("answered").GetInt32()) > 0, "Version 2 never answered.");
        Assert.Empty(Handshake.GetProperty("refusals").EnumerateArray());
        Assert.All(Handshake.GetProperty("levels").EnumerateArray(), l => Assert.Equal(1, l.GetProperty("active").GetInt32()));
        Assert.Equal("1", Assert.Single(Handshake.GetProperty("ordersByLevel").EnumerateObject()).Name);
    }

    private JsonElement Handshake => Report.GetProperty("graceful").GetProperty("handshake");

    private List<JsonElement> Instances(string version) =>
        [.. Report.GetProperty("graceful").GetProperty("fleet").EnumerateArray().Where(i => i.GetProperty("version").GetString() == version)];

    private void AssertNothingLost()
    {
        var side = Report.GetProperty("graceful");
        Assert.Equal([], side.GetProperty("faults").EnumerateArray().Select(f => f.GetString()));
        Assert.Equal(0, ExitCode);
        var count = side.GetProperty("count");
        Assert.True(count.GetProperty("sent").GetInt32() > 500, "Hardly anything was sent.");
        Assert.Equal(0, count.GetProperty("lost").GetInt32());
        Assert.Equal(0, count.GetProperty("streamsCut").GetInt32());
        Assert.Equal(0, count.GetProperty("eventsMissed").GetInt32());
    }

    /// <summary>Shoppers looked into their carts again and again, and everything that was acknowledged was there.</summary>
    public void AssertCartsKept()
    {
        var carts = Carts("graceful");
        Assert.True(carts.GetProperty("checked").GetInt32() > 10, "Hardly anybody looked into a cart.");
        Assert.Equal(
            (0, 0, 0, 0),
            (carts.GetProperty("lost").GetInt32(), carts.GetProperty("stale").GetInt32(), carts.GetProperty("extra").GetInt32(), carts.GetProperty("loggedOut").GetInt32()));
    }

    /// <summary>The control: the same load on the same program, with the library switched off.</summary>
    public void AssertPlainLost() =>
        Assert.True(Report.GetProperty("plain").GetProperty("count").GetProperty("lost").GetInt32() > 0, "The plain side lost nothing, so this roll proves nothing.");

    /// <summary>The same of ASP.NET Core's own session: the last writer wins, and a version overwrites what it cannot read.</summary>
    public void AssertPlainLostFromCarts() => Assert.True(Carts("plain").GetProperty("lost").GetInt32() > 0, "The plain side lost nothing from carts.");

    private JsonElement Carts(string side) => Report.GetProperty(side).GetProperty("count").GetProperty("carts");

    /// <summary>What the command says to arguments that it cannot take.</summary>
    public static Task<(int Code, string Output)> TryAsync(params IEnumerable<string> arguments) =>
        RunAsync(new ProcessStartInfo("dotnet", [Binaries.RollingUpdate, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true });

    private static async Task<(int Code, string Output)> RunAsync(ProcessStartInfo start)
    {
        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Add(e.Data);
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output.ToString());
        }
        finally
        {
            if (!process.HasExited)
            {
                // It has children of its own, and ends them when it is asked to.
                Signals.Send(process.Id, Signals.Term);
                if (!process.WaitForExit(TimeSpan.FromSeconds(20)))
                {
                    process.Kill(entireProcessTree: true);
                }
            }
        }

        void Add(string? line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }
    }
}
