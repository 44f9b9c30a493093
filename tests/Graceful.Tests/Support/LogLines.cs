using Microsoft.Extensions.Logging;

namespace Graceful.Tests;

internal sealed record LogLine(string Category, LogLevel Level, EventId Event, string Message, Exception? Exception);

/// <summary>Keeps what was logged.</summary>
internal sealed class LogLines
{
    private readonly Lock _lock = new();
    private readonly List<LogLine> _lines = [];

    public IReadOnlyList<LogLine> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public int Count(string eventName) => All.Count(l => l.Event.Name == eventName);

    /// <summary>For a host's logging.</summary>
    public ILoggerProvider Provider => new LoggerProvider(this);

    public ILogger<T> Create<T>() => new Logger<T>(new LoggerFactory([Provider]));

    private sealed class LoggerProvider(LogLines owner) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(owner, categoryName);

        public void Dispose()
        {
            // The lines are read after their host is gone.
        }
    }

    private sealed class Logger(LogLines owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (owner._lock)
            {
                owner._lines.Add(new LogLine(category, logLevel, eventId, formatter(state, exception), exception));
            }
        }
    }
}
