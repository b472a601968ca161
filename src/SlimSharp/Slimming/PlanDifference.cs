using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>What one plan keeps of a group of channels, or of the tokens at a node, and another does not.</summary>
/// <param name="Name">The group, or the node.</param>
/// <param name="Axis">Which of the two.</param>
/// <param name="OnlyHere">What only the one keeps, ascending.</param>
/// <param name="OnlyThere">What only the other keeps, ascending.</param>
public sealed record PlanDifference(
    string Name,
    PositionAxis Axis,
    ImmutableArray<int> OnlyHere,
    ImmutableArray<int> OnlyThere
)
{
    /// <summary>In words, as in "conv1: channels 0 3 stay only here, 2 only there".</summary>
    public override string ToString()
    {
        var here = OnlyHere.IsEmpty ? "" : $" {string.Join(' ', OnlyHere)} stay only here";
        var there = OnlyThere.IsEmpty ? "" : $" {string.Join(' ', OnlyThere)} {(here == "" ? "stay " : "")}only there";
        return $"{Name}: {(Axis == PositionAxis.Tokens ? "tokens" : "channels")}{here}{(here != "" && there != "" ? "," : "")}{there}";
    }
}
