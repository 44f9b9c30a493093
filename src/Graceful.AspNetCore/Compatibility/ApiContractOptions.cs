namespace Graceful;

/// <summary>Which header fields an API contract uses.</summary>
/// <remarks>A page of another origin reads none of the response's fields unless your CORS policy exposes them (<c>WithExposedHeaders</c>).</remarks>
public sealed class ApiContractOptions
{
    /// <summary>Where a client says which level it speaks, as a whole number: <c>Api-Level: 2</c>. <value>Default: <c>Api-Level</c>.</value></summary>
    /// <remarks>A client that says nothing is served.</remarks>
    public string RequestHeader { get; set; } = "Api-Level";

    /// <summary>Where a response says which level the fleet has activated: every instance understands it. Null: not said. <value>Default: <c>Api-Level</c>.</value></summary>
    public string? LevelHeader { get; set; } = "Api-Level";

    /// <summary>Where a response says which build answered (<see cref="FleetOptions.Version"/>). Null: not said. <value>Default: <c>Api-Build</c>.</value></summary>
    public string? BuildHeader { get; set; } = "Api-Build";
}
