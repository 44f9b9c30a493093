using System.Diagnostics;

namespace Graceful.RollingUpdate;

/// <summary>A process of ours. It is killed when disposed and, on Linux, by the kernel should this process die without disposing it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 40;

    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();
    private readonly Action<string>? _onLine;

    private ChildProcess(ProcessStartInfo start, Action<string>? onLine)
    {
        _onLine = onLine;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
    }

    public int Id { get; private set; }

    /// <summary>Ends with the exit code, once all output has been read.</summary>
    public Task<int> Exited { get; private set; } = Task.FromResult(0);

    public string LastOutput
    {
        get
        {
            lock (_lastLines)
            {
                return string.Join('\n', _lastLines);
            }
        }
    }

    /// <param name="file">The program, found on PATH.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables to set, or to remove where the value is null.</param>
    /// <param name="onLine">Called for each line on either output.</param>
    /// <param name="orphanSignal">What the kernel sends it should we die: KILL, or TERM for a program with children of its own.</param>
    public static ChildProcess Start(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        Action<string>? onLine = null,
        string orphanSignal = "KILL")
    {
        var start = OrphanGuard.Guard(file, arguments, orphanSignal);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(start, onLine);
        OrphanGuard.Start(child._process);
        child.Id = child._process.Id;
        child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        child.Exited = child.WaitAsync();
        return child;
    }

    /// <summary>Does nothing when the process has gone already.</summary>
    public void Signal(int signal)
    {
        if (!OperatingSystem.IsWindows() && !Exited.IsCompleted)
        {
            ProcessSignal.Send(Id, signal);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Exited.IsCompleted)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It went by itself.
            }

            await Exited;
        }

        _process.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > KeptLines)
            {
                _lastLines.Dequeue();
            }
        }

        _onLine?.Invoke(line);
    }
}
