namespace Graceful.RollingUpdate;

/// <summary>The roll could not be carried out at all; the message is for the person at the console.</summary>
internal sealed class RollFailedException(string message) : Exception(message);
