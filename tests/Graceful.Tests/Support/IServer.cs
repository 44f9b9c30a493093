namespace Microsoft.AspNetCore.Hosting.Server;

/// <summary>Known to Graceful by its name only; this project does not reference ASP.NET Core.</summary>
internal interface IServer;

internal sealed class NoServer : IServer;
