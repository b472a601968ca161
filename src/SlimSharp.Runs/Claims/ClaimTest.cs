using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>A claim with its tests and the verdict.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Tests">Its inequalities, tested.</param>
/// <param name="ByChance">The largest of their p-values: that of a conjunction (Berger, 1982).</param>
/// <param name="Adjusted">The same after Holm's correction over all claims.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record ClaimTest(
    Claim Claim,
    ImmutableArray<InequalityTest> Tests,
    double ByChance,
    double Adjusted,
    Verdict Verdict
)
{
    /// <summary>True if all seeds are finished.</summary>
    public bool IsComplete => !Tests.IsEmpty && Tests.All(t => t.IsComplete);

    /// <summary>The verdict in words; how far the runs have come where they are not finished.</summary>
    public string Answer =>
        Tests.IsEmpty ? "not run"
        : IsComplete ? Verdict.ToString().ToLowerInvariant()
        : "not finished";

    /// <summary>Tests all claims of a file.</summary>
    /// <param name="file">The claims.</param>
    /// <param name="results">The results of each sweep, by its name; claims about others are undecided.</param>
    public static IReadOnlyList<ClaimTest> All(ClaimFile file, IReadOnlyDictionary<string, SweepResults> results)
    {
        var tests = file
            .Claims.Select(c =>
                results.TryGetValue(c.Sweep, out var of)
                    ? c.Holds.Select(h => InequalityTest.Of(h, file.Sweep(c), of, file)).ToImmutableArray()
                    : []
            )
            .ToArray();
        double[] values = [.. tests.Select(t => t.IsEmpty ? 1 : t.Max(i => i.ByChance))];
        var adjusted = Holm.Adjust(values);
        // Bonferroni: all intervals together leave out a true mean with no more than this probability.
        var confidence = 1 - file.Significance / Math.Max(file.Claims.Sum(c => c.Holds.Length), 1);
        return
        [
            .. file.Claims.Select(
                (c, i) =>
                    new ClaimTest(
                        c,
                        tests[i],
                        values[i],
                        adjusted[i],
                        tests[i].IsEmpty || tests[i].Any(t => !t.IsComplete) ? Verdict.Undecided
                            : adjusted[i] <= file.Significance ? Verdict.Confirmed
                            : tests[i].Any(t => t.IsRefuted(confidence)) ? Verdict.Refuted
                            : Verdict.Undecided
                    )
            ),
        ];
    }
}
