using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>Options that belong together, such as a penalty and its strength.</summary>
/// <param name="Name">What it is called, as in l1.</param>
/// <param name="Options">Options of the command, without dashes.</param>
public sealed record SweepCase(string Name, ImmutableSortedDictionary<string, string> Options)
{
    /// <summary>Options with the values that they take in turn, in this case only.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Grid
    {
        get => field ?? ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty; // in older sweeps
        init;
    }

    /// <summary>
    /// Settings, of this stage or those before, each with the values with which alone the case is taken.
    /// </summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Only
    {
        get => field ?? ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;
        init;
    }
}
