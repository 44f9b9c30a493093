using System.Collections.Concurrent;
using System.Diagnostics;

namespace Graceful.RollingUpdate;

/// <summary>
/// Starts children so that they do not outlive us, even after a crash or SIGKILL: on Linux through <c>setpriv --pdeathsig</c>, which asks the
/// kernel for it and then becomes the program, under the same process id. Elsewhere the <c>finally</c> blocks have to do.
/// </summary>
internal static class OrphanGuard
{
    // The kernel ties the wish to the thread that forked, not to the process, and the thread pool ends idle threads: one thread for ever.
    private static readonly BlockingCollection<Action> Starts = StartThread();

    private static readonly string? Setpriv = OperatingSystem.IsLinux() && Programs.Find("setpriv") is { } found && Knows(found) ? found : null;

    public static ProcessStartInfo Guard(string file, IEnumerable<string> arguments, string signal) =>
        Setpriv is null
            ? new ProcessStartInfo(file, arguments)
            : new ProcessStartInfo(Setpriv, ["--pdeathsig", signal, file, .. arguments]);

    public static void Start(Process process)
    {
        var started = new TaskCompletionSource();
        Starts.Add(() =>
        {
            try
            {
                process.Start();
                started.SetResult();
            }
#pragma warning disable CA1031 // Handed to the caller.
            catch (Exception e)
#pragma warning restore CA1031
            {
                started.SetException(e);
            }
        });
        started.Task.GetAwaiter().GetResult();
    }

    /// <summary>BusyBox has a setpriv without the option.</summary>
    private static bool Knows(string setpriv)
    {
        using var attempt = Process.Start(
            new ProcessStartInfo(setpriv, ["--pdeathsig", "KILL", "true"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        attempt.WaitForExit();
        return attempt.ExitCode == 0;
    }

    private static BlockingCollection<Action> StartThread()
    {
        var starts = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
            {
                start();
            }
        })
        {
            IsBackground = true,
            Name = "child processes",
        };
        thread.Start();
        return starts;
    }
}
