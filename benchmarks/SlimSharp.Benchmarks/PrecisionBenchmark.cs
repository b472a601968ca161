using System.Globalization;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Runs;
using SlimSharp.Training;
using SlimSharp.Zoo;

namespace SlimSharp.Benchmarks;

/// <summary>
/// Equivalence of bfloat16 and float32: the same seed trains a quarter-width VGG-16 on the sample set in both, and the
/// difference of their test accuracies is held against a margin by two one-sided paired t-tests. Finished runs are kept
/// in a file and not run again.
/// </summary>
internal static class PrecisionBenchmark
{
    /// <summary>In points of accuracy, fixed before the first run.</summary>
    private const double Margin = 0.5;
    private const int Epochs = 6;
    private static readonly string Runs = Path.Combine("benchmarks", "results", "precision.csv");

    internal static void Run(Results results, int seeds, int part, int parts)
    {
        var data = DataSource.Read(new() { Path = Path.Combine("data", "fashion-mnist"), Pad = 32 });
        var work =
            from seed in Enumerable.Range(0, seeds)
            from precision in new[] { Precision.Float32, Precision.BFloat16 }
            select (seed, precision);
        foreach (var (seed, precision) in work.Where((_, i) => i % parts == part).Where(w => !Done().ContainsKey(w)))
        {
            var accuracy = Train(data, seed, precision);
            File.AppendAllText(
                Runs,
                string.Create(CultureInfo.InvariantCulture, $"{seed},{precision},{accuracy:F4}\n")
            );
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {precision}: {accuracy:P2}"));
        }
        var done = Done();
        if (work.All(done.ContainsKey))
            Conclude(results, seeds, done);
    }

    private static double Train(TrainAndTest data, int seed, Precision precision)
    {
        var normalization = data.NormalizationForTraining();
        using var model = new Model(Vgg.Create(16, data.Test!.Classes.Length, 0.25, data.Test.Shape), seed)
        {
            Options = new() { BFloat16 = precision == Precision.BFloat16 },
        };
        new Trainer(
            new()
            {
                Epochs = Epochs,
                Seed = seed,
                Augmentation = new(2, true),
            }
        ).Train(model, data.Train!, null, normalization);
        // Both are measured in float32.
        model.Options = new();
        return Evaluation.Of(model, data.Test, normalization).Accuracy;
    }

    private static void Conclude(Results results, int seeds, Dictionary<(int, Precision), double> done)
    {
        double Points(int seed, Precision precision) => 100 * done[(seed, precision)];
        int[] all = [.. Enumerable.Range(0, seeds)];
        var paired = PairedDifference.Of(
            [.. all.Select(s => Points(s, Precision.BFloat16))],
            [.. all.Select(s => Points(s, Precision.Float32))]
        );
        var (low, high) = paired.Interval(0.9);
        string Number(double v) => v.ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture);
        results.Table(
            "bfloat16 against float32: test accuracy in % after training",
            $"./bench precision --seeds {seeds}",
            ["seed", "float32", "bfloat16", "difference"],
            Enumerable
                .Range(0, seeds)
                .Select(s =>
                    new[]
                    {
                        $"{s}",
                        Points(s, Precision.Float32).ToString("F2", CultureInfo.InvariantCulture),
                        Points(s, Precision.BFloat16).ToString("F2", CultureInfo.InvariantCulture),
                        Number(paired.Differences[s]),
                    }
                ),
            $"VGG-16 at a quarter of its widths, the committed sample of Fashion-MNIST (5,400 training and 5,000 test images), {Epochs} epochs. Mean difference {Number(paired.Spread.Mean)} points, 90 % interval {Number(low)} to {Number(high)}; "
                + $"the margin, fixed before the runs, is ±{Margin} points: {(-Margin < low && high < Margin ? "equivalent" : "equivalence not shown with so many seeds")}."
        );
    }

    private static Dictionary<(int Seed, Precision Precision), double> Done() =>
        File.Exists(Runs)
            ? File.ReadLines(Runs)
                .Select(l => l.Split(','))
                .ToDictionary(
                    l => (int.Parse(l[0], CultureInfo.InvariantCulture), Enum.Parse<Precision>(l[1])),
                    l => double.Parse(l[2], CultureInfo.InvariantCulture)
                )
            : [];
}
