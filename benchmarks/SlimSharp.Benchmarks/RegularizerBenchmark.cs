using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Benchmarks;

/// <summary>
/// What a regulariser costs: training steps of one network with and without it, turn by turn in one process, at full
/// width, with as many images as published for it.
/// </summary>
internal static class RegularizerBenchmark
{
    private const int Images = 128;

    internal static int Run(string[] words, int rounds)
    {
        var text = words.FirstOrDefault(w => w.Contains(':', StringComparison.Ordinal)) ?? "ortho:lambda=1e-2";
        string[] names = [.. words.Where(w => w != text)];
        foreach (var name in names.Length > 0 ? names : ["vgg13-ortho", "resnet34-ortho"])
            Measure(name, text, rounds);
        return 0;
    }

    private static void Measure(string name, string text, int rounds)
    {
        var network = ZooEntry.Get(name, 10, 1);
        var options = new TrainingOptions { Epochs = 1, BatchSize = Images };
        using var plain = new Model(network, 1);
        using var pulled = new Model(network, 1);
        using var regularizers = RegularizerText.MakeAll(
            RegularizerText.ParseAll([text]),
            new(pulled, options, rounds * Images)
        );
        using var without = new TrainingState(plain, options.Optimizer);
        using var with = new TrainingState(pulled, options.Optimizer, regularizers);
        TrainingStep StepOf(IReadOnlyList<Regularizer> all) => new(options, new Classification(), all, rounds + 1);
        var (one, other) = (StepOf([]), StepOf(regularizers));
        var (seconds, more) = (new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            var (a, b) = (Time(one, without, network, round), Time(other, with, network, round));
            if (round == 0)
                continue; // the first is warming up
            seconds.Add(a);
            more.Add(b / a);
        }
        more.Sort();
        seconds.Sort();
        Console.WriteLine(
            FormattableString.Invariant(
                $"{name}, {Images} images of {network.Inputs.First().Layer.Output([])}: {seconds[seconds.Count / 2]:F2} s of processor time a step, with {text} {more[more.Count / 2] - 1:P1} more (median of {rounds} pairs, from {more[0] - 1:P1} to {more[^1] - 1:P1}), {Threads.Count} threads"
            )
        );
    }

    private static double Time(TrainingStep step, TrainingState state, Network network, int round)
    {
        var shape = network.Shapes[network.Inputs.First().Name];
        torch.random.manual_seed(round);
        var images = torch.randn(Images, shape.Channels, shape.Height, shape.Width);
        var labels = torch.randint(0, 10, Images, torch.int64);
        var batch = new Batch(images, labels, [.. Enumerable.Range(0, Images)]);
        var start = Environment.CpuUsage.TotalTime; // what others do on the machine does not count
        step.Run(state, batch);
        state.Position = state.Position with { Batch = round };
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }
}
