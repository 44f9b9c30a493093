using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>
/// What depends on the host: the fleet's name, and short times in Development. As a group, so that a section written for production stays valid on a developer's machine: who sets one time sets
/// them all.
/// </summary>
internal sealed class FleetDefaults(IConfiguration configuration, IHostEnvironment? environment) : IConfigureOptions<GracefulOptions>
{
    private static readonly string[] Times =
    [
        nameof(FleetOptions.RenewInterval), nameof(FleetOptions.LeaseDuration), nameof(FleetOptions.FenceAfter), nameof(FleetOptions.MaxOperation), nameof(FleetOptions.ExclusionWait),
    ];

    public void Configure(GracefulOptions options)
    {
        var fleet = options.Fleet;
        fleet.Name ??= NameOf(environment?.ApplicationName);
        if (environment is null || !environment.IsDevelopment())
        {
            return;
        }

        fleet.FormingWait = TimeSpan.Zero;
        options.Compatibility.Bake = TimeSpan.FromSeconds(5);
        var section = configuration.GetSection($"{GracefulOptions.SectionName}:{nameof(options.Fleet)}");
        if (Times.Any(t => !string.IsNullOrEmpty(section[t])))
        {
            return;
        }

        fleet.RenewInterval = TimeSpan.FromSeconds(0.5);
        fleet.LeaseDuration = TimeSpan.FromSeconds(2);
        fleet.FenceAfter = TimeSpan.FromSeconds(5);
        fleet.MaxOperation = TimeSpan.FromSeconds(1);
        fleet.ExclusionWait = TimeSpan.FromSeconds(16);
    }

    /// <summary>An application may be called anything; a fleet may not.</summary>
    private static string NameOf(string? application)
    {
        var name = (application is { Length: > 0 } ? application : "default").ToCharArray();
        for (var i = 0; i < name.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(name[i]) && name[i] is not ('.' or '_' or '-'))
            {
                name[i] = '-';
            }
        }

        return new string(name, 0, Math.Min(name.Length, 64));
    }
}
