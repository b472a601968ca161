using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>Measures that are known by name.</summary>
internal static class MeasureName
{
    /// <summary>The share of samples whose class gets the largest output.</summary>
    internal const string Accuracy = "accuracy";

    /// <summary>How often a model chooses what another does.</summary>
    internal const string Agreement = "agreement";

    /// <summary>
    /// Whether it is a share, which is given in percent and points: one of these, alone or of one output.
    /// </summary>
    internal static bool IsShare(string name) =>
        new[] { Accuracy, Agreement }.Any(m => name == m || name.StartsWith(m + ' ', StringComparison.Ordinal));

    /// <summary>Nothing was measured.</summary>
    internal static ImmutableSortedDictionary<string, double> None { get; } =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);
}
