using SlimSharp.Benchmarks.Plain;
using SlimSharp.Networks;
using SlimSharp.Zoo;
using static TorchSharp.torch;

namespace SlimSharp.Benchmarks;

/// <summary>A network on both sides.</summary>
internal sealed record Contestant(string Name, Func<nn.Module<Tensor, Tensor>> Plain, Func<Network> Ours)
{
    private static readonly int[] Vgg19 =
    [
        64,
        64,
        0,
        128,
        128,
        0,
        256,
        256,
        256,
        256,
        0,
        512,
        512,
        512,
        512,
        0,
        512,
        512,
        512,
        512,
    ];
    private static readonly int[] SmallVgg16 = [16, 16, 0, 32, 32, 0, 64, 64, 64, 0, 128, 128, 128, 0, 128, 128, 128];

    internal static IReadOnlyList<Contestant> All { get; } =
    [
        new("vgg19", () => PlainVgg.Create(Vgg19, 10), () => Vgg.Create(19)),
        new("preresnet164", () => new PlainPreActResNet(164, 10), () => PreActResNet.Create(164)),
        new("densenet40", () => new PlainDenseNet(40, 10), () => DenseNet.Create(40)),
        new("vgg16-quarter", () => PlainVgg.Create(SmallVgg16, 10), () => Vgg.Create(16, width: 0.25)),
    ];

    internal static Contestant Get(string name) => All.Single(c => c.Name == name);
}
