using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>Something measured of one case is less than, more than, or within noise of that of another.</summary>
/// <param name="Measure">What is measured.</param>
/// <param name="Stage">After which stage.</param>
/// <param name="Of">One case.</param>
/// <param name="Is">How they compare.</param>
/// <param name="Than">The other case; it may be the same with other settings.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Inequality(Measure Measure, string Stage, string Of, Relation Is, string Than)
    : IJsonOnDeserialized
{
    /// <summary>
    /// Settings that runs of the one case are to have, such as a case of a later stage by that stage's name; without
    /// them pairs share all that they have but the case.
    /// </summary>
    public ImmutableSortedDictionary<string, string> At
    {
        get => field ?? ImmutableSortedDictionary<string, string>.Empty;
        init;
    }

    /// <summary>The same of the other case, where it has another value of some of these.</summary>
    public ImmutableSortedDictionary<string, string> ThanAt
    {
        get => field ?? ImmutableSortedDictionary<string, string>.Empty;
        init;
    }

    /// <summary>By how much at least it is less or more, in points, percent or the measure's own unit.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public double By { get; init; }

    /// <summary>How many times the other's value it is compared with; null for its value as it is.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public double? Times { get; init; }

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (!(By >= 0) || !double.IsFinite(By) || Times is { } times && (!(times > 0) || !double.IsFinite(times)))
            throw new RunException("'by' must be 0 or more, and 'times' more than 0");
        if (By != 0 && Is is not (Relation.Less or Relation.More))
            throw new RunException("'by' goes with less and more; for the other relations there are margins");
        if (Measure.IsCost && Times is not null)
            throw new RunException($"{Measure} are compared in percent; give 'by' instead of 'times'");
    }
}
