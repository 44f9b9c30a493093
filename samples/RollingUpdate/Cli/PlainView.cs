using System.Globalization;

namespace Graceful.RollingUpdate;

/// <summary>Lines of text, for a log or a pipe: what happens, and a count every five seconds.</summary>
internal sealed class PlainView(TextWriter output) : IRunView
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly TextWriter _output = TextWriter.Synchronized(output);
    private RunStatus? _status;

    public void Say(string text) => _output.WriteLine(_status is null
        ? text
        : string.Create(CultureInfo.InvariantCulture, $"{_status.Clock.Now,6:0.0} s  {text}"));

    public IDisposable Watch(RunStatus status)
    {
        _output.WriteLine($"--- {status.Title}, behind {status.Gateway} ---");
        _status = status;
        var timer = new Timer(_ => Count(status), null, Interval, Interval);
        return new Ended(() =>
        {
            timer.Dispose();
            _status = null;
        });
    }

    private void Count(RunStatus status)
    {
        var count = status.Ledger.Snapshot();
        if (count.Sent > 0)
        {
            Say($"  sent {count.Sent}, lost {count.Lost}, streams cut {count.StreamsCut}, events missed {count.EventsMissed}, carts checked {count.Carts.Checked}, gone from them {count.Carts.Lost}");
        }
    }
}
