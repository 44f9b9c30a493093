namespace Graceful.RollingUpdate;

/// <summary>When the roll began (the first new process) and ended (the last old one gone), on the run's clock.</summary>
internal sealed record RollTimes(double Begun, double Ended)
{
    public double Seconds => Ended - Begun;
}
