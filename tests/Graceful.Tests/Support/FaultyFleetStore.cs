namespace Graceful.Tests;

/// <summary>One instance's way to a store that others share, which can fail.</summary>
internal sealed class FaultyFleetStore(Func<InMemoryFleetStore> inner) : IFleetStore
{
    private readonly List<FleetBeat> _beats = [];
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Every call fails.</summary>
    public bool IsDown { get; set; }

    /// <summary>No call ends, and none heeds its token.</summary>
    public bool Hangs { get; set; }

    /// <summary>No census ends; everything else does.</summary>
    public bool CensusHangs { get; set; }

    /// <summary>How often a census was asked for.</summary>
    public int Censuses { get; private set; }

    /// <summary>How many renewals came in their short form.</summary>
    public int Renewals { get; private set; }

    /// <summary>How the next compare-and-sets end: lost to somebody else.</summary>
    public int LosesRaces { get; set; }

    /// <summary>How long each call takes.</summary>
    public (TimeSpan Delay, TimeProvider Time)? Slow { get; set; }

    public IReadOnlyList<FleetBeat> Beats
    {
        get
        {
            lock (_beats)
            {
                return [.. _beats];
            }
        }
    }

    public List<string> Left { get; } = [];

    public async ValueTask<BeatReply> BeatAsync(FleetBeat beat, CancellationToken cancellationToken)
    {
        lock (_beats)
        {
            _beats.Add(beat);
        }

        await FailAsync();
        return await inner().BeatAsync(beat, cancellationToken);
    }

    public async ValueTask<RenewalReply> RenewAsync(string id, long leaseEnds, CancellationToken cancellationToken)
    {
        await FailAsync();
        Renewals++;
        return await inner().RenewAsync(id, leaseEnds, cancellationToken);
    }

    public async ValueTask LeaveAsync(string id, CancellationToken cancellationToken)
    {
        await FailAsync();
        Left.Add(id);
        await inner().LeaveAsync(id, cancellationToken);
    }

    public async ValueTask<FleetCensus> TakeCensusAsync(CancellationToken cancellationToken)
    {
        Censuses++;
        await FailAsync();
        if (CensusHangs)
        {
            await _released.Task;
        }

        return await inner().TakeCensusAsync(cancellationToken);
    }

    public async ValueTask<bool> TryReplaceAsync(FleetCensus census, FleetState replacement, CancellationToken cancellationToken)
    {
        await FailAsync();
        return LosesRaces-- <= 0 && await inner().TryReplaceAsync(census, replacement, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<FleetRecord>> ReadMembersAsync(CancellationToken cancellationToken)
    {
        await FailAsync();
        return await inner().ReadMembersAsync(cancellationToken);
    }

    /// <summary>Announcements of the first store only: another one that takes its place is seen by the beats.</summary>
    public IDisposable OnChanged(Action callback)
    {
        return inner().OnChanged(() =>
        {
            if (!IsDown && !Hangs)
            {
                callback();
            }
        });
    }

    /// <summary>Nobody is left hanging: the end of a test.</summary>
    public void Release()
    {
        IsDown = true;
        _released.TrySetResult();
    }

    private async Task FailAsync()
    {
        if (Hangs)
        {
            await _released.Task;
        }

        if (IsDown)
        {
            throw new IOException("redis:6379 password=secret");
        }

        if (Slow is { } slow)
        {
            await Task.WhenAny(Task.Delay(slow.Delay, slow.Time), _released.Task);
        }
    }
}
