using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>Measures that are known by name.</summary>
internal static class MeasureName
{
    /// <summary>The share of samples whose class gets the largest output.</summary>
    internal const string Accuracy = KnownMeasure.Accuracy;

    /// <summary>Whether it is a share, which is given in percent and points.</summary>
    internal static bool IsShare(string name) => KnownMeasure.Of(name) is { IsShare: true };

    /// <summary>Nothing was measured.</summary>
    internal static ImmutableSortedDictionary<string, double> None { get; } =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);
}
