using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>Measures that are known by name.</summary>
internal static class MeasureName
{
    /// <summary>The share of samples whose class gets the largest output.</summary>
    internal const string Accuracy = "accuracy";

    /// <summary>Nothing was measured.</summary>
    internal static ImmutableSortedDictionary<string, double> None { get; } =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);
}
