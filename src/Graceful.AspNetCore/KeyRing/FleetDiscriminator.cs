using Microsoft.AspNetCore.DataProtection.Infrastructure;

namespace Graceful;

/// <summary>
/// The application's name for Data Protection: the fleet's. By default it is the path of the content root, which differs between a blue and a green deployment. <c>SetApplicationName</c> has the last word.
/// </summary>
internal sealed class FleetDiscriminator(string name) : IApplicationDiscriminator
{
    public string Discriminator => name;
}
