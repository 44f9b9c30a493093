using System.Diagnostics;

namespace Graceful.TestApp;

/// <summary>Ends this process when the test run that started it is gone: its end of the standard input closes.</summary>
internal static class ParentWatch
{
    public static void Start()
    {
        if (Environment.GetEnvironmentVariable("TESTAPP_PARENT_WATCH") != "1")
        {
            return;
        }

        var thread = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
                // Nothing is ever said.
            }

            Process.GetCurrentProcess().Kill();
        })
        {
            IsBackground = true,
        };
        thread.Start();
    }
}
