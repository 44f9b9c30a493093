using System.Buffers;
using System.Reflection;
using Graceful;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Holds an API to a contract.</summary>
public static class ApiContractApplicationBuilderExtensions
{
    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>
    /// Everything after this is under the contract: a request may say which level it is of (<c>Api-Level: 2</c>), and is refused with 409 when this build does not support that, with 400 when it is
    /// no number; a response says which level the fleet has activated and which build answered. The handler learns the request's level from <c>HttpContext.GetApiLevel()</c>. Does nothing when
    /// Graceful is disabled.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="contract">A contract that <c>AddCompatibility</c> declares.</param>
    /// <param name="configure">Names of the header fields.</param>
    /// <exception cref="InvalidOperationException">The contract is not declared.</exception>
    /// <exception cref="ArgumentException">A name is none of a header field.</exception>
    public static IApplicationBuilder UseApiContract(this IApplicationBuilder app, string contract, Action<ApiContractOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(contract);
        var compatibility = app.ApplicationServices.GetService<ICompatibility>();
        if (compatibility?.Contracts.FirstOrDefault(c => c.Name == contract) is not { } declared)
        {
            throw new InvalidOperationException(
                $"UseApiContract(\"{contract}\") needs builder.AddGraceful().AddCompatibility(c => c.Contract(\"{contract}\").Supports(…)).");
        }

        var options = new ApiContractOptions();
        configure?.Invoke(options);
        Check(options.RequestHeader ?? "", nameof(options.RequestHeader));
        Check(options.LevelHeader, nameof(options.LevelHeader));
        Check(options.BuildHeader, nameof(options.BuildHeader));
        var graceful = app.ApplicationServices.GetRequiredService<GracefulOptions>();
        return graceful.Enabled ? app.Use(new ApiContract(compatibility, declared, options, Build(graceful.Fleet)).Before) : app;
    }

    /// <summary>The same as the others in the fleet see. What a header field cannot hold becomes a dash.</summary>
    private static string? Build(FleetOptions fleet)
    {
        var version = fleet.Version ?? Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        return string.IsNullOrWhiteSpace(version) ? null : string.Concat(version.Select(c => c is > ' ' and <= '~' ? c : '-'));
    }

    private static void Check(string? name, string parameter)
    {
        if (name is not null && (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Token)))
        {
            throw new ArgumentException($"'{name}' is no name of a header field.", parameter);
        }
    }
}
