using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>A sweep that claims are about.</summary>
/// <param name="Name">What claims call it.</param>
/// <param name="Title">What it is called in the text.</param>
/// <param name="Results">The file with its results, beside the file with the claims.</param>
/// <param name="Search">The results of the sweep in which its options were chosen.</param>
/// <param name="Against">The case that every other is compared with, to be described only.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ClaimSweep(
    string Name,
    string Title,
    string Results,
    string? Search = null,
    string? Against = null
)
{
    /// <summary>
    /// The settings of which each combination gives one number to be tested; what else pairs of runs share is averaged
    /// over.
    /// </summary>
    public ImmutableArray<string> Per
    {
        get => field.IsDefault ? [SweepRun.Seed] : field;
        init;
    }
}
