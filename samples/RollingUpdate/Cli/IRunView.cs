namespace Graceful.RollingUpdate;

/// <summary>Shows a run while it goes on.</summary>
internal interface IRunView
{
    /// <summary>One thing that happened.</summary>
    void Say(string text);

    /// <summary>Shows this side until the result is disposed.</summary>
    IDisposable Watch(RunStatus status);
}
