using System.Diagnostics;
using System.Globalization;
using SlimSharp.Benchmarks.Plain;
using SlimSharp.Data;
using TorchSharp;

namespace SlimSharp.Benchmarks;

/// <summary>Batches of 64 with crop and flip, from images in memory.</summary>
internal static class DataBenchmark
{
    private const int Images = 10_000;

    internal static void Run(Results results, int rounds)
    {
        var random = new Randomness(1);
        var pixels = new byte[Images * 3072];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)random.Next(256);
        var set = new ImageSet(
            "random",
            new(3, 32, 32),
            pixels,
            [.. Enumerable.Range(0, Images).Select(i => i % 10)],
            Enumerable.Range(0, 10).Select(i => $"{i}")
        );
        var batches = new ImageBatches(set, 64, Normalization.Cifar, Augmentation.Published, 1);
        using var loader = torch.utils.data.DataLoader(
            new PlainData(set),
            64,
            shuffle: true,
            num_worker: Threads.Count
        );
        var (ours, plain) = (new List<double>(), new List<double>());
        for (var round = 0; round < Math.Max(rounds / 3, 2); round++)
        {
            ours.Add(
                Rate(() =>
                {
                    foreach (var batch in batches.Epoch(round))
                        batch.Dispose();
                })
            );
            plain.Add(
                Rate(() =>
                {
                    foreach (var batch in loader)
                    {
                        foreach (var tensor in batch.Values)
                            tensor.Dispose();
                    }
                })
            );
        }
        var (a, b) = (Median(ours), Median(plain));
        using var training = new OurTraining(Contestant.Get("vgg16-quarter").Ours(), bfloat16: true);
        using var images = torch.randn(64, 3, 32, 32);
        using var labels = torch.randint(10, 64, torch.int64);
        for (var i = 0; i < 3; i++)
            training.Step(images, labels);
        var trained =
            64
            * 10
            / Math.Max(
                1e-9,
                Seconds(() =>
                {
                    for (var i = 0; i < 10; i++)
                        training.Step(images, labels);
                })
            );
        string Number(double v) => v.ToString("N0", CultureInfo.InvariantCulture);
        results.Table(
            "Preparing batches",
            "./bench data",
            ["", "images per second"],
            [
                ["SlimSharp, one thread ahead of training", Number(a)],
                ["TorchSharp's DataLoader", Number(b)],
                ["ratio", (a / b).ToString("F1", CultureInfo.InvariantCulture)],
                ["training of a quarter-width VGG-16 in bfloat16, which consumes them", Number(trained)],
                ["prepared per trained image", (a / trained).ToString("F1", CultureInfo.InvariantCulture)],
            ]
        );
    }

    private static double Rate(Action act) => Images / Seconds(act);

    private static double Seconds(Action act)
    {
        var start = Stopwatch.GetTimestamp();
        act();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
