using Graceful;

namespace Microsoft.AspNetCore.Http;

/// <summary>Lets a request handler know which level of the API contract it is spoken to in.</summary>
public static class HttpContextApiLevelExtensions
{
    /// <summary>The level that the request says it is of, which this build supports; null when it says none, or <c>UseApiContract</c> is not in its way.</summary>
    public static int? GetApiLevel(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<ApiLevel>()?.Value;
    }
}
