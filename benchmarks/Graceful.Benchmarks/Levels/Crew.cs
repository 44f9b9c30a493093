namespace Graceful.Benchmarks;

/// <summary>One thread for each logical processor, that do the same at the same time; the caller is one of them.</summary>
internal static class Crew
{
    private static readonly Barrier Barrier = Assemble();
    private static volatile Action? _work;

    /// <summary>Returns when the last of them is through.</summary>
    public static void Run(Action work)
    {
        _work = work;
        Barrier.SignalAndWait();
        work();
        Barrier.SignalAndWait();
    }

    private static Barrier Assemble()
    {
        for (var i = 1; i < Environment.ProcessorCount; i++)
        {
            new Thread(Serve) { IsBackground = true }.Start();
        }

        return new Barrier(Environment.ProcessorCount);
    }

    private static void Serve()
    {
        while (true)
        {
            Barrier.SignalAndWait();
            _work!();
            Barrier.SignalAndWait();
        }
    }
}
