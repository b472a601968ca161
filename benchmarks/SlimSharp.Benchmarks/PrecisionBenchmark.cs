using System.Globalization;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Training;
using SlimSharp.Zoo;

namespace SlimSharp.Benchmarks;

/// <summary>
/// Equivalence of bfloat16 and float32: the same seed trains a quarter-width VGG-16 on the sample set in both, and the difference of their test accuracies is
/// held against a margin by two one-sided paired t-tests. Finished runs are kept in a file and not run again.
/// </summary>
internal static class PrecisionBenchmark
{
    /// <summary>In points of accuracy, fixed before the first run.</summary>
    private const double Margin = 0.5;
    private const int Epochs = 6;
    private static readonly string Runs = Path.Combine("benchmarks", "results", "precision.csv");

    // One-sided 95 % quantiles of Student's t for 5, 6, … degrees of freedom.
    private static readonly double[] Quantiles =
    [
        2.015,
        1.943,
        1.895,
        1.860,
        1.833,
        1.812,
        1.796,
        1.782,
        1.771,
        1.761,
        1.753,
        1.746,
        1.740,
        1.734,
        1.729,
    ];

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
        double[] differences =
        [
            .. Enumerable.Range(0, seeds).Select(s => Points(s, Precision.BFloat16) - Points(s, Precision.Float32)),
        ];
        var mean = differences.Average();
        var deviation = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (seeds - 1));
        var half = Quantiles[Math.Clamp(seeds - 6, 0, Quantiles.Length - 1)] * deviation / Math.Sqrt(seeds);
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
                        Number(differences[s]),
                    }
                ),
            $"VGG-16 at a quarter of its widths, the committed sample of Fashion-MNIST (5,400 training and 5,000 test images), {Epochs} epochs. Mean difference {Number(mean)} points, 90 % interval {Number(mean - half)} to {Number(mean + half)}; "
                + $"the margin, fixed before the runs, is ±{Margin} points: {(Math.Abs(mean) + half < Margin ? "equivalent" : "equivalence not shown with so many seeds")}."
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
