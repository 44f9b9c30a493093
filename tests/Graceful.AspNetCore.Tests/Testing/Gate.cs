namespace Graceful.AspNetCore.Tests.Testing;

/// <summary>Holds handlers until a test lets them go, and counts those that came.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _entered;

    public int Entered => Volatile.Read(ref _entered);

    public void Open() => _open.TrySetResult();

    public async Task PassAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _entered);
        await _open.Task.WaitAsync(cancellationToken);
    }

    public Task EnteredAsync(int count = 1) => Eventually.True(() => Entered >= count, $"{count} handler(s) running");
}
