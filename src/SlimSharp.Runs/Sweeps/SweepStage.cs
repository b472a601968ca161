using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>
/// One stage of a sweep: a command, the options that all its runs share, and those that they differ in.
/// </summary>
public sealed record SweepStage
{
    /// <summary>What it is called, as in cut.</summary>
    public required string Name { get; init; }

    /// <summary>train, prune or retrain.</summary>
    public required string Command { get; init; }

    /// <summary>Options of the command, without dashes; a flag's value is true.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Sets of options that are taken in turn, each with a name.</summary>
    public ImmutableArray<SweepCase> Cases
    {
        get => field.IsDefault ? [] : field; // in sweeps that were planned before there were cases
        init;
    }

    /// <summary>Options with the values that they take in turn.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Grid { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>
    /// Options of slim evaluate, which measures what every run leaves, without dashes: more measures than accuracy.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Evaluate
    {
        get => field ?? ImmutableSortedDictionary<string, string>.Empty; // in older sweeps
        init;
    } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Combinations that are left out: those that have all the values of one of these.</summary>
    public ImmutableArray<ImmutableSortedDictionary<string, string>> Unless { get; init; } = [];
}
