using System.Collections.Immutable;

namespace SlimSharp.Linear;

/// <summary>Samples with two classes, as read from a file.</summary>
/// <param name="Features">Samples by features.</param>
/// <param name="Labels">−1 or +1 of each sample; empty if the file has none.</param>
/// <param name="Names">The names of the features.</param>
/// <param name="Classes">What the file calls −1 and +1.</param>
public sealed record LinearData(
    DesignMatrix Features,
    sbyte[] Labels,
    IReadOnlyList<string> Names,
    (string Minus, string Plus) Classes
)
{
    /// <summary>What missing values of features were taken as, by name; empty if none were missing.</summary>
    public ImmutableSortedDictionary<string, double> Missing { get; init; } =
        ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>Sentences on what was found and what was done about it.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
