namespace Graceful.Tests;

/// <summary>What is known of the store's state beyond the state itself, and lost with it in a failover.</summary>
internal sealed class FleetFacts
{
    private readonly Edge[] _edges = new Edge[SimulatedBuild.Contracts.Length];

    /// <summary>Since when, and under which epoch, each edge has been as wide as it is.</summary>
    public ref Edge Of(int contract) => ref _edges[contract];

    /// <summary>Whether what a forming store holds is a guess from what members read, not a memory.</summary>
    public bool Guessed { get; set; }

    public FleetFacts Copy()
    {
        var copy = new FleetFacts { Guessed = Guessed };
        _edges.CopyTo(copy._edges, 0);
        return copy;
    }

    internal struct Edge
    {
        public int HighSince;
        public long HighEpoch;
        public int LowSince;
        public long LowEpoch;
    }
}
