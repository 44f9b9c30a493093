using System.Collections.Frozen;

namespace Graceful;

/// <summary>
/// What may be written, and who is still writing by an older rule (S7).
/// <code>
///   Enter     count in the generation of the view, then look whether the view is still the same; if not, uncount and repeat
///   Install   a new epoch is a new view at once; operations from here on count in the other generation, if that one is empty
///   ack       the epoch that the current generation began with, once the other one is empty
/// </code>
/// Counting first and looking afterwards is Dekker's pattern, which needs a full fence between the two. Here only who changes the view pays for it, with a barrier in every thread of the process.
/// </summary>
internal sealed class LevelGate(ContractCatalog catalog, FenceClock fence)
{
    private const int None = -1;

    [ThreadStatic]
    private static ThreadTally? _tally;

    private readonly FrozenDictionary<string, int> _index = catalog.Index;
    private readonly Lock _lock = new();
    private readonly long[] _deadThreads = new long[2];
    private readonly List<ThreadTally> _tallies = [];
    private volatile View _view = new(null, 0, new int[catalog.Contracts.Length]);
    private volatile int _draining = None;
    private long _pending;
    private long _acknowledged;
    private long _openUntil = long.MinValue;
    private int _sweepAt = 64;

    /// <summary>The newest epoch from before which no operation runs any more.</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>What holds now.</summary>
    internal View Current => _view;

    /// <summary>The newest state that has been installed; null before the first.</summary>
    public FleetState? State => _view.State;

    /// <summary>Called when an older generation has ended, on the thread that ended it.</summary>
    public Action? Drained { get; set; }

    /// <summary>Lets operations in until <paramref name="deadline"/> of <see cref="FenceClock.Now"/>; <see cref="long.MinValue"/> lets nobody in.</summary>
    public void Open(long deadline) => Volatile.Write(ref _openUntil, deadline);

    /// <returns>False when the gate is shut: this instance does not serve.</returns>
    /// <exception cref="KeyNotFoundException">Nobody declared the contract.</exception>
    public bool TryEnter(string contract, out LevelLease lease)
    {
        if (!_index.TryGetValue(contract, out var index))
        {
            throw catalog.Unknown(contract);
        }

        var tally = _tally;
        if (tally is null || tally.Owner != this)
        {
            tally = TallyOfThisThread();
        }

        while (true)
        {
            var view = _view;
            if (!TryCount(view, tally))
            {
                continue;
            }

            // A process that was frozen cannot rely on a timer to have told it. Without a deadline the clock, a third of all this, is not read.
            var until = Volatile.Read(ref _openUntil);
            if (until == long.MaxValue || fence.Now <= until)
            {
                lease = new LevelLease(this, view.Generation, view.Levels[index]);
                return true;
            }

            Exit(view.Generation);
            lease = default;
            return false;
        }
    }

    /// <summary>Counts an operation by a view; false, and it is not counted, when that is no longer what holds.</summary>
    internal bool TryCount(View view, ThreadTally tally)
    {
        tally.Begin(view.Generation);
        if (view == _view)
        {
            return true;
        }

        Exit(view.Generation);
        return false;
    }

    /// <summary>An operation of a generation ends.</summary>
    public void Exit(int generation)
    {
        var tally = _tally;
        if (tally is null || tally.Owner != this)
        {
            tally = TallyOfThisThread();
        }

        tally.End(generation);
        if (_draining == generation)
        {
            Poll();
        }
    }

    /// <summary>The level to write at, by the index of the catalog, and the state that says so.</summary>
    public (FleetState? State, int Level) Read(int index)
    {
        var view = _view;
        return (view.State, view.Levels[index]);
    }

    /// <summary>Takes over a newer state; an older one is ignored.</summary>
    public void Install(FleetState state)
    {
        lock (_lock)
        {
            if (state.Epoch <= (_view.State?.Epoch ?? 0))
            {
                return;
            }

            var levels = catalog.LevelsOf(state);
            if (_draining == None)
            {
                Flip(state, levels);
            }
            else
            {
                // Both generations are in use: these operations count with those of the epoch before, whose end will do for both.
                _view = new View(state, _view.Generation, levels);
            }

            Settle();
        }
    }

    /// <summary>Looks whether the older generation has ended. Also called at every beat: a thread may die without a word.</summary>
    public void Poll()
    {
        // Between the count of this thread and the look at the others': of two that end at once, at least one sees both.
        Interlocked.MemoryBarrier();
        bool advanced;
        lock (_lock)
        {
            var before = _acknowledged;
            Settle();
            advanced = _acknowledged != before;
        }

        if (advanced)
        {
            Drained?.Invoke();
        }
    }

    private void Settle()
    {
        while (_draining != None && IsEmpty(_draining))
        {
            Volatile.Write(ref _acknowledged, _pending);
            _draining = None;
            if (_view.State is { } state && state.Epoch > _pending)
            {
                Flip(state, _view.Levels);
            }
        }
    }

    /// <summary>From here on operations count in the other generation, which is empty.</summary>
    private void Flip(FleetState state, int[] levels)
    {
        var old = _view.Generation;
        _pending = state.Epoch;
        _view = new View(state, 1 - old, levels);
        _draining = old;

        // Now every thread has either been counted, or sees the new view.
        Interlocked.MemoryBarrierProcessWide();
    }

    private bool IsEmpty(int generation)
    {
        // Ends before begins: what ends in between is counted as running.
        var running = -_deadThreads[generation];
        foreach (var tally in _tallies)
        {
            running += tally.Ended(generation);
        }

        Interlocked.MemoryBarrier();
        foreach (var tally in _tallies)
        {
            running -= tally.Begun(generation);
        }

        return running == 0;
    }

    internal ThreadTally TallyOfThisThread()
    {
        var thread = Thread.CurrentThread;
        lock (_lock)
        {
            var tally = _tallies.Find(t => t.Thread == thread);
            if (tally is null)
            {
                Sweep();
                tally = new ThreadTally(this, thread);
                _tallies.Add(tally);
            }

            return _tally = tally;
        }
    }

    /// <summary>The counts of threads that have ended are final.</summary>
    private void Sweep()
    {
        if (_tallies.Count < _sweepAt)
        {
            return;
        }

        var dead = _tallies.Where(t => !t.Thread.IsAlive).ToHashSet();
        foreach (var tally in dead)
        {
            for (var generation = 0; generation < 2; generation++)
            {
                _deadThreads[generation] += tally.Begun(generation) - tally.Ended(generation);
            }
        }

        _tallies.RemoveAll(dead.Contains);
        _sweepAt = Math.Max(64, _tallies.Count * 2);
    }

    /// <summary>Compared by reference: no view ever comes back.</summary>
    internal sealed class View(FleetState? state, int generation, int[] levels)
    {
        public readonly FleetState? State = state;
        public readonly int Generation = generation;
        public readonly int[] Levels = levels;
    }
}
