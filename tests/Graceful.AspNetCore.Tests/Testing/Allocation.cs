namespace Graceful.AspNetCore.Tests.Testing;

/// <summary>Bytes that a call allocates on this thread.</summary>
internal static class Allocation
{
    public static long Of(Func<Task> call)
    {
        // The compiler's tiers allocate on the way.
        for (var i = 0; i < 200; i++)
        {
            call();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            call();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
