using System.Diagnostics;
using SlimSharp.Benchmarks.Plain;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Benchmarks;

/// <summary>Training steps of both sides in turn, in one process.</summary>
internal static class TrainingBenchmark
{
    private const int BatchSize = 64;
    private static readonly (
        string Name,
        Func<torch.nn.Module<torch.Tensor, torch.Tensor>> Plain,
        Func<Network> Ours
    )[] All =
    [
        (
            "vgg19",
            () =>
                PlainVgg.Create(
                    [64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512],
                    10
                ),
            () => Vgg.Create(19)
        ),
        ("preresnet164", () => new PlainPreActResNet(164, 10), () => PreActResNet.Create(164)),
        ("densenet40", () => new PlainDenseNet(40, 10), () => DenseNet.Create(40)),
        (
            "vgg16 × 0.25",
            () => PlainVgg.Create([16, 16, 0, 32, 32, 0, 64, 64, 64, 0, 128, 128, 128, 0, 128, 128, 128], 10),
            () => Vgg.Create(16, width: 0.25)
        ),
    ];

    internal static void Run(string[] names, int rounds)
    {
        foreach (var (name, plain, ours) in All.Where(n => names.Length == 0 || names.Contains(n.Name)))
        {
            torch.random.manual_seed(1);
            using var images = torch.randn(BatchSize, 3, 32, 32);
            using var labels = torch.randint(10, BatchSize, torch.int64);
            using var stock = new PlainTraining(plain());
            using var single = new OurTraining(ours(), Precision.Float32);
            using var half = new OurTraining(ours(), Precision.BFloat16);
            Action[] sides =
            [
                () => stock.Step(images, labels),
                () => single.Step(images, labels),
                () => half.Step(images, labels),
            ];
            var times = sides.Select(_ => new List<double>()).ToArray();
            for (var round = -2; round < rounds; round++)
            {
                for (var i = 0; i < sides.Length; i++)
                {
                    var start = Stopwatch.GetTimestamp();
                    sides[i]();
                    if (round >= 0)
                        times[i].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }
            double Median(List<double> t) => t.Order().ElementAt(t.Count / 2);
            Console.WriteLine(
                $"{name, -14} plain {Median(times[0]), 7:F1}  float32 {Median(times[1]), 7:F1} ({Median(times[0]) / Median(times[1]):F2}×)  bfloat16 {Median(times[2]), 7:F1} ({Median(times[0]) / Median(times[2]):F2}×)"
            );
        }
    }
}

/// <summary>SlimSharp's own training step.</summary>
internal sealed class OurTraining : IDisposable
{
    private readonly Model _model;
    private readonly TrainingState _state;
    private readonly TrainingStep _step;
    private readonly ScalePenalty _penalty = new(new L1(), 1e-4);

    internal OurTraining(Network network, Precision precision)
    {
        var options = new TrainingOptions();
        _model = new Model(network) { Options = new() { BFloat16 = precision == Precision.BFloat16 } };
        _model.train();
        _state = new TrainingState(_model, options.Optimizer, [_penalty]);
        _step = new TrainingStep(options, [_penalty], 1000);
    }

    internal void Step(torch.Tensor images, torch.Tensor labels) =>
        _step.Run(_state, new Batch(images.alias(), labels.alias(), [.. Enumerable.Range(0, (int)images.shape[0])]));

    public void Dispose()
    {
        _state.Dispose();
        _model.Dispose();
    }
}
