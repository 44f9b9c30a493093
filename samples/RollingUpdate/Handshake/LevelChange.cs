namespace Graceful.RollingUpdate;

/// <summary>When the fleet was first seen at a level, on the run's clock.</summary>
internal sealed record LevelChange(double At, int Active, int Low, int High, string Mode);
