using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>Options that belong together, such as a penalty and its strength.</summary>
/// <param name="Name">What it is called, as in l1.</param>
/// <param name="Options">Options of the command, without dashes.</param>
public sealed record SweepCase(string Name, ImmutableSortedDictionary<string, string> Options);
