using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Graceful.RollingUpdate;

/// <summary>Real signals: what an orchestrator sends, which <see cref="System.Diagnostics.Process.Kill()"/> is not.</summary>
internal static partial class ProcessSignal
{
    public const int Hup = 1;
    public const int Term = 15;

    private const int NoSuchProcess = 3;

    [UnsupportedOSPlatform("windows")]
    public static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) != 0 && Marshal.GetLastPInvokeError() is var error and not NoSuchProcess)
        {
            throw new Win32Exception(error);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
