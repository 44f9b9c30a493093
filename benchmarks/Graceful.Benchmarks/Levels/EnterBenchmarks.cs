using BenchmarkDotNet.Attributes;

namespace Graceful.Benchmarks;

/// <summary>One thread asks for the level, and gives it back.</summary>
public class EnterBenchmarks
{
    private static readonly ReaderWriterLockSlim Lock = new();
    private ServingMember? _member;
    private ICompatibility? _levels;
    private long _running;

    [GlobalSetup(Target = nameof(EnterAndDispose))]
    public void SetUp()
    {
        _member = ServingMember.Start();
        _levels = _member.Levels;
        SteadyState.Reach(() => EnterAndDispose());
    }

    [GlobalCleanup(Target = nameof(EnterAndDispose))]
    public void CleanUp() => _member!.Dispose();

    [Benchmark(Baseline = true)]
    public int EnterAndDispose()
    {
        using var lease = _levels!.Enter(ServingMember.Contract);
        return lease.Level;
    }

    [Benchmark]
    public int ReadLock()
    {
        Lock.EnterReadLock();
        try
        {
            return (int)_running;
        }
        finally
        {
            Lock.ExitReadLock();
        }
    }

    [Benchmark]
    public int SharedCounter()
    {
        Interlocked.Increment(ref _running);
        try
        {
            return 1;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
