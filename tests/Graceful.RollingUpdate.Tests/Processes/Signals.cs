using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Graceful.RollingUpdate.Tests.Processes;

/// <summary>Real signals, as an orchestrator or a terminal sends them.</summary>
internal static partial class Signals
{
    public const int Int = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Term = 15;
    public const int Cont = 18;
    public const int Stop = 19;

    private const int NoSuchProcess = 3;

    public static void Send(int processId, int signal)
    {
        if (SendTo(processId, signal) != 0 && Marshal.GetLastPInvokeError() is var error and not NoSuchProcess)
        {
            throw new Win32Exception(error);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendTo(int processId, int signal);
}
