using System.Text.Json;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>The round schedules of OrthoReg's released code, and its bookkeeping in whole percent.</summary>
internal static class OrthoSchedules
{
    /// <summary>
    /// The percentage that is left after each round, cut to a whole number every time, by which ResNets are pruned.
    /// </summary>
    internal static IEnumerable<int> PercentLeft(IEnumerable<double> ratios)
    {
        var left = 100;
        foreach (var ratio in ratios)
            yield return left = (int)(left * (1 - ratio));
    }

    internal static IReadOnlyList<Deviation> Compare(string path, string name)
    {
        using var file = OrthoReference.Json(path);
        return
        [
            .. file
                .RootElement.GetProperty("percent_and_rounds")
                .EnumerateArray()
                .SelectMany(e =>
                    Compare(
                        e,
                        "ratios by rounds",
                        RoundSchedule.Of(
                            e.GetProperty("percent").GetDouble() / 100,
                            e.GetProperty("rounds").GetInt32(),
                            published: true
                        )
                    )
                )
                .Concat(
                    file.RootElement.GetProperty("thresholds")
                        .EnumerateArray()
                        .SelectMany(e =>
                            Compare(
                                e,
                                "ratios by thresholds",
                                RoundSchedule.Until([
                                    .. JsonSerializer
                                        .Deserialize<double[]>(e.GetProperty("thresholds").GetString()!)!
                                        .Select(t => t / 100),
                                ])
                            )
                        )
                )
                .GroupBy(d => d.Quantity)
                .Select(g => g.MaxBy(d => d.Largest)!),
        ];

        IEnumerable<Deviation> Compare(JsonElement expected, string quantity, IReadOnlyList<double> ratios)
        {
            double[] theirs = [.. Reproduction.Values(expected.GetProperty("ratios"))];
            yield return new(name, quantity, Reproduction.Relative(theirs, [.. ratios]))
            {
                Tolerance = OrthoReproduction.Computed,
            };
            yield return new(
                name,
                "percent left",
                PercentLeft(ratios)
                    .Zip(Reproduction.Values(expected.GetProperty("percent_left_truncated")), (a, b) => Math.Abs(a - b))
                    .Max()
            );
        }
    }
}
