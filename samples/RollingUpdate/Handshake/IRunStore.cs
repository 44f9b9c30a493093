namespace Graceful.RollingUpdate;

/// <summary>The Redis that the instances of a run know each other from, and keep their sessions in. Gone, with what the run left in it, when disposed.</summary>
internal interface IRunStore : IAsyncDisposable
{
    /// <summary>What it is, for the record.</summary>
    string Name { get; }

    /// <summary>As <c>host:port</c>.</summary>
    string Address { get; }

    /// <summary>The fleet of this run: another than any before, whose levels would still be there.</summary>
    string Fleet { get; }
}
