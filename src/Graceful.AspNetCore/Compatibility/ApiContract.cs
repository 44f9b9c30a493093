using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Graceful;

/// <summary>Holds requests against the levels of one API contract, and says in every response where it stands. An ordinary request costs no allocation.</summary>
internal sealed class ApiContract(ICompatibility compatibility, DeclaredContract contract, ApiContractOptions options, string? build)
{
    private const int MostCached = 100;
    private readonly ConcurrentDictionary<int, ApiLevel> _levels = new();
    private readonly LevelRange _supports = contract.Declaration.Supports;
    private readonly StringValues _build = build;

    public RequestDelegate Before(RequestDelegate next) => context =>
    {
        Sign(context.Response.Headers);
        var asked = context.Request.Headers[options.RequestHeader];
        if (asked.Count == 0)
        {
            return next(context);
        }

        if (asked.Count > 1 || !int.TryParse(asked[0], NumberStyles.None, CultureInfo.InvariantCulture, out var level))
        {
            return RefuseMalformedAsync(context);
        }

        if (!_supports.Contains(level) && !contract.ObserveOnly)
        {
            return RefuseUnsupportedAsync(context, level);
        }

        context.Features.Set(Of(level));
        return next(context);
    };

    private void Sign(IHeaderDictionary headers)
    {
        if (options.BuildHeader is { } buildHeader && _build.Count > 0)
        {
            headers[buildHeader] = _build;
        }

        // Before the store has answered nothing is known.
        if (options.LevelHeader is { } levelHeader && compatibility[contract.Name] is { Epoch: > 0 } now)
        {
            headers[levelHeader] = Of(now.Active).Text;
        }
    }

    private ApiLevel Of(int level)
    {
        if (!_levels.TryGetValue(level, out var known))
        {
            known = new ApiLevel(level);
            if (_levels.Count < MostCached)
            {
                _levels[level] = known;
            }
        }

        return known;
    }

    private Task RefuseMalformedAsync(HttpContext context) => ProblemResponse.WriteAsync(
        context, StatusCodes.Status400BadRequest, "urn:graceful:api-level-malformed", "The API level is not a number.",
        $"The header field '{options.RequestHeader}' must hold one whole number, such as {_supports.Max}.", WriteSupported);

    private Task RefuseUnsupportedAsync(HttpContext context, int level) => ProblemResponse.WriteAsync(
        context, StatusCodes.Status409Conflict, "urn:graceful:api-level-unsupported", "The API level is not supported.",
        $"This build supports '{contract.Name}' from level {_supports.Min} to level {_supports.Max}; the request is of level {level}.",
        json =>
        {
            json.WriteNumber("requested", level);
            WriteSupported(json);
        });

    private void WriteSupported(System.Text.Json.Utf8JsonWriter json)
    {
        json.WriteString("contract", contract.Name);
        json.WriteStartObject("supported");
        json.WriteNumber("min", _supports.Min);
        json.WriteNumber("max", _supports.Max);
        json.WriteEndObject();
    }
}

/// <summary>A level, as a request's feature and as a header's value.</summary>
internal sealed class ApiLevel(int value)
{
    public int Value => value;

    public StringValues Text { get; } = value.ToString(CultureInfo.InvariantCulture);
}
