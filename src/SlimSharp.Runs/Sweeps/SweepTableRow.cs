using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>One setting of a sweep, over its seeds.</summary>
/// <param name="Settings">The values of the table's columns.</param>
/// <param name="Accuracies">Accuracy in % after every stage; of no value after those that it does not reach.</param>
/// <param name="Parameters">Parameters left, in % of the first stage's.</param>
/// <param name="Macs">Multiply-adds left, likewise.</param>
/// <param name="Done">Seeds that went through all stages.</param>
/// <param name="Planned">Seeds that are to.</param>
/// <param name="OverPruned">Seeds whose last network only guesses.</param>
public sealed record SweepTableRow(
    ImmutableArray<string> Settings,
    ImmutableArray<Spread> Accuracies,
    Spread Parameters,
    Spread Macs,
    int Done,
    int Planned,
    int OverPruned
)
{
    /// <summary>Seeds of which some run warned.</summary>
    public int Warned { get; init; }
}
