namespace Graceful.RollingUpdate;

/// <summary>What the process says at its end.</summary>
internal static class ExitCodes
{
    /// <summary>Nothing was lost; with --compare: and the plain side lost something.</summary>
    public const int NothingLost = 0;

    /// <summary>
    /// Something was lost with the library on, or a replaced instance did not exit with 0, or the versions were not what they should be, or the handshake let in whom it should not, or wrote what
    /// it should not.
    /// </summary>
    public const int Lost = 1;

    /// <summary>With --compare: the plain side lost nothing, so that the run proves nothing.</summary>
    public const int ProvedNothing = 2;

    /// <summary>The roll could not be carried out: a bad option, a program that is not installed, an instance that does not start.</summary>
    public const int CouldNotRun = 3;

    /// <summary>Ctrl+C or SIGTERM.</summary>
    public const int Interrupted = 130;

    public static int Of(RollResult graceful, RollResult? plain) =>
        graceful.Faults.Count > 0 ? Lost
        : plain is { LostNothing: true } ? ProvedNothing
        : NothingLost;
}
