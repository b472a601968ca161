using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>One run of a sweep.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Stage">The stage's name.</param>
/// <param name="Command">train, prune or retrain.</param>
/// <param name="Parent">The run whose result it starts from; null in the first stage.</param>
/// <param name="Options">All options of the command.</param>
/// <param name="Settings">What tells it from others: the values of all grids on the way to it.</param>
public sealed record SweepRun(
    int Number,
    string Stage,
    string Command,
    int? Parent,
    ImmutableSortedDictionary<string, string> Options,
    ImmutableSortedDictionary<string, string> Settings
);
