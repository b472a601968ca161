using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>Something measured of one case is less than, more than, or within noise of that of another.</summary>
/// <param name="Measure">What is measured.</param>
/// <param name="Stage">After which stage.</param>
/// <param name="Of">One case.</param>
/// <param name="Is">How they compare.</param>
/// <param name="Than">The other case.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Inequality(Measure Measure, string Stage, string Of, Relation Is, string Than);
