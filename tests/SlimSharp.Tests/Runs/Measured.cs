using System.Collections.Immutable;

namespace SlimSharp.Tests.Runs;

/// <summary>Measures of a run that measured one thing.</summary>
internal static class Measured
{
    internal static ImmutableSortedDictionary<string, double> Accuracy(double? value) =>
        value is { } accuracy
            ? ImmutableSortedDictionary<string, double>.Empty.Add("accuracy", accuracy)
            : ImmutableSortedDictionary<string, double>.Empty;
}
