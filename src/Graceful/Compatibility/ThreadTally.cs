using System.Runtime.InteropServices;

namespace Graceful;

/// <summary>
/// One thread's count of operations begun and ended, by generation. Only its thread writes, so plain stores do: an interlocked one would cost as much as all of the rest, twice. An
/// operation may end on another thread than it began on; only the sums over all threads mean something.
/// </summary>
internal sealed class ThreadTally(LevelGate owner, Thread thread)
{
    private Counts _counts;

    public LevelGate Owner => owner;

    public Thread Thread => thread;

    public void Begin(int generation)
    {
        ref var count = ref generation == 0 ? ref _counts.Begun0 : ref _counts.Begun1;
        Volatile.Write(ref count, count + 1);
    }

    public void End(int generation)
    {
        ref var count = ref generation == 0 ? ref _counts.Ended0 : ref _counts.Ended1;
        Volatile.Write(ref count, count + 1);
    }

    public long Begun(int generation) => generation == 0 ? Volatile.Read(ref _counts.Begun0) : Volatile.Read(ref _counts.Begun1);

    public long Ended(int generation) => generation == 0 ? Volatile.Read(ref _counts.Ended0) : Volatile.Read(ref _counts.Ended1);

    /// <summary>Two cache lines of its own on either side: a neighbour would slow both down.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 288)]
    private struct Counts
    {
        [FieldOffset(128)]
        public long Begun0;

        [FieldOffset(136)]
        public long Ended0;

        [FieldOffset(144)]
        public long Begun1;

        [FieldOffset(152)]
        public long Ended1;
    }
}
