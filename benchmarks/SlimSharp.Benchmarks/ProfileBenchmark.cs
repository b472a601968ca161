using System.Diagnostics;
using System.Globalization;
using SlimSharp.Models.Passes;
using TorchSharp;

namespace SlimSharp.Benchmarks;

/// <summary>Milliseconds of a step by kind of operation, medians over steps.</summary>
internal static class ProfileBenchmark
{
    private const string Operation = "Operation";

    internal static void Run(Results results, int rounds)
    {
        var rows = new List<string[]>();
        foreach (var contestant in Contestant.All)
        {
            foreach (var half in new[] { false, true })
                rows.AddRange(Rows(contestant, half, rounds));
        }
        results.Table(
            "Profile of a step",
            $"./bench profile --rounds {rounds}",
            ["network", "side", "operation", "calls", "ms", "share"],
            rows
        );
    }

    private static List<string[]> Rows(Contestant contestant, bool half, int rounds)
    {
        using var training = new OurTraining(contestant.Ours(), half);
        using var images = torch.randn(Side.BatchSize, 3, 32, 32);
        using var labels = torch.randint(10, Side.BatchSize, torch.int64);
        var steps = new List<Dictionary<string, (int Calls, double Milliseconds)>>();
        var times = new List<double>();
        Pass.Profile = (name, start) =>
        {
            var kind = name.Replace(Operation, "", StringComparison.Ordinal).ToLowerInvariant();
            var (calls, ms) = steps[^1].GetValueOrDefault(kind);
            steps[^1][kind] = (calls + 1, ms + Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        };
        for (var round = -3; round < rounds; round++)
        {
            steps.Add([]);
            var start = Stopwatch.GetTimestamp();
            training.Step(images, labels);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        Pass.Profile = null;
        double Median(IEnumerable<double> values) => values.Skip(3).Order().ElementAt(rounds / 2);
        var whole = Median(times);
        var kinds = steps[^1]
            .Select(k => (Name: k.Key, k.Value.Calls, Milliseconds: Median(steps.Select(s => s[k.Key].Milliseconds))))
            .ToList();
        kinds.Add(("all else: loss, optimiser, penalty", 1, whole - kinds.Sum(k => k.Milliseconds)));
        return
        [
            .. from k in kinds
            where k.Milliseconds > 0.01 * whole
            orderby k.Milliseconds descending
            select new[]
            {
                contestant.Name,
                half ? "bfloat16" : "float32",
                k.Name,
                $"{k.Calls}",
                k.Milliseconds.ToString("F1", CultureInfo.InvariantCulture),
                (k.Milliseconds / whole).ToString("P0", CultureInfo.InvariantCulture),
            },
        ];
    }
}
