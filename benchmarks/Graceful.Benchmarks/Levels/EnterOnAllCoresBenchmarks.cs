using BenchmarkDotNet.Attributes;

namespace Graceful.Benchmarks;

/// <summary>Every core does what <see cref="EnterBenchmarks"/> does on one, all of them on the same objects.</summary>
public class EnterOnAllCoresBenchmarks
{
    /// <summary>Long enough that setting all threads off is nothing beside it.</summary>
    private const int Operations = 200_000;

    private static readonly ReaderWriterLockSlim Lock = new();
    private ServingMember? _member;
    private Action? _enter;
    private Action? _readLock;
    private Action? _counter;
    private long _running;

    [GlobalSetup]
    public void SetUp()
    {
        _member = ServingMember.Start();
        (_enter, _readLock, _counter) = (EnterMany, ReadLockMany, CountMany);
        SteadyState.Reach(EnterAndDispose);
    }

    [GlobalCleanup]
    public void CleanUp() => _member!.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public void EnterAndDispose() => Crew.Run(_enter!);

    [Benchmark(OperationsPerInvoke = Operations)]
    public void ReadLock() => Crew.Run(_readLock!);

    [Benchmark(OperationsPerInvoke = Operations)]
    public void SharedCounter() => Crew.Run(_counter!);

    private void EnterMany()
    {
        var levels = _member!.Levels;
        for (var i = 0; i < Operations; i++)
        {
            levels.Enter(ServingMember.Contract).Dispose();
        }
    }

    private void ReadLockMany()
    {
        for (var i = 0; i < Operations; i++)
        {
            Lock.EnterReadLock();
            Lock.ExitReadLock();
        }
    }

    private void CountMany()
    {
        for (var i = 0; i < Operations; i++)
        {
            Interlocked.Increment(ref _running);
            Interlocked.Decrement(ref _running);
        }
    }
}
