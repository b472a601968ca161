using System.Globalization;

namespace SlimSharp.Runs;

/// <summary>What the runs of a sweep recorded of the claims when they started.</summary>
/// <param name="Same">Runs that started with this very file.</param>
/// <param name="Other">Runs that started with another.</param>
/// <param name="None">Runs that recorded none.</param>
internal readonly record struct ClaimStarts(int Same, int Other, int None)
{
    /// <summary>Of all finished runs.</summary>
    internal static ClaimStarts Of(SweepResults results, string hash) =>
        results
            .Results.Values.Select(r => r.Start?.Claims)
            .Aggregate(
                new ClaimStarts(),
                (sum, claims) =>
                    claims is null ? sum with { None = sum.None + 1 }
                    : claims == hash ? sum with { Same = sum.Same + 1 }
                    : sum with { Other = sum.Other + 1 }
            );

    public static ClaimStarts operator +(ClaimStarts a, ClaimStarts b) =>
        new(a.Same + b.Same, a.Other + b.Other, a.None + b.None);

    /// <summary>What that shows of which came first, the claims or the runs.</summary>
    internal IEnumerable<string> Sentences()
    {
        var all = Same + Other + None;
        if (all == 0)
            yield break;
        if (Same > 0)
            yield return $"{Count(Same, all)} started when the file already was, byte for byte, what it is now: as far as the records of the machines that ran them can be trusted, these claims are older than those runs.";
        if (Other > 0)
            yield return $"{Count(Other, all)} started with other content in it: the file was changed since, and nothing here shows that these claims are older than those runs.";
        if (None > 0)
            yield return $"{Count(None, all)} recorded no file of claims when they started: nothing here shows whether these claims or those runs were there first.";
    }

    private static string Count(int some, int all) =>
        some == all
            ? string.Create(CultureInfo.InvariantCulture, $"All {all} finished runs")
            : string.Create(CultureInfo.InvariantCulture, $"{some} of {all} finished runs");
}
