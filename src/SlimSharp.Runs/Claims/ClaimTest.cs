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
    /// <summary>
    /// How many seeds, or whatever the sweep takes numbers per, the claim would need before it could be confirmed at
    /// all; null if it has them. By n differences chance alone has a p-value of 2⁻ⁿ or more, which Holm's correction
    /// makes larger, even where those of all other claims are as small as can be.
    /// </summary>
    public int? SeedsNeeded { get; private init; }

    /// <summary>Why it cannot be confirmed.</summary>
    internal string Limit(ClaimSweep sweep)
    {
        var unit = sweep.Per is [SweepRun.Seed] ? "seeds" : $"differences, one per {string.Join(" and ", sweep.Per)},";
        return $"{Planned(Tests)} {unit} are too few for the exact test at this significance, {SeedsNeeded} would do";
    }

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
        var needed = Needed([.. tests.Select(t => t.IsEmpty ? MostSeeds : Planned(t))], file.Significance);
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
                    {
                        SeedsNeeded = needed[i],
                    }
            ),
        ];
    }

    private const int MostSeeds = 60;

    private static int Planned(ImmutableArray<InequalityTest> tests) => tests.Select(t => t.Planned).Min();

    // For each claim the least number of seeds, more than it has, with which it could be confirmed if all claims had
    // the least p-value they can have.
    private static int?[] Needed(int[] seeds, double significance)
    {
        bool CanBeConfirmed(int claim, int with)
        {
            double[] least = [.. seeds.Select((n, i) => PairedDifference.LeastByChance(i == claim ? with : n))];
            return Holm.Adjust(least)[claim] <= significance;
        }
        return
        [
            .. seeds.Select(
                (n, i) =>
                    CanBeConfirmed(i, n)
                        ? (int?)null
                        : Enumerable
                            .Range(n + 1, MostSeeds)
                            .Cast<int?>()
                            .FirstOrDefault(k => CanBeConfirmed(i, k!.Value))
            ),
        ];
    }
}
