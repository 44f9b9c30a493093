using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Graceful.AspNetCore.Tests.Testing;

internal sealed record LogLine(string Category, LogLevel Level, EventId Event, string Text);

/// <summary>What a host logged.</summary>
internal sealed class CapturedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = [];

    public IReadOnlyList<LogLine> Lines => [.. _lines];

    public IEnumerable<LogLine> Named(string eventName) => Lines.Where(l => l.Event.Name == eventName);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        // Lines stay readable after the host is gone.
    }

    private sealed class Logger(CapturedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log._lines.Enqueue(new LogLine(category, logLevel, eventId, $"{formatter(state, exception)} {exception}".TrimEnd()));
            }
        }
    }
}
