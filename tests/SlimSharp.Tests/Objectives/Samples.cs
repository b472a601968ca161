using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Tests.Objectives;

/// <summary>Small networks and batches of drawn numbers.</summary>
internal static class Samples
{
    internal const int Inputs = 5;

    /// <summary>
    /// A hidden layer and two outputs of 3 and of <paramref name="others"/> numbers, without BatchNorm.
    /// </summary>
    internal static Network Twofold(int others = 3)
    {
        var b = new NetworkBuilder("twofold", new Shape(Inputs));
        var x = b.Activation("act", b.Linear("hidden", b.Input, 7));
        var (one, other) = (b.Linear("one", x, 3), b.Linear("other", x, others));
        return b.Build(one, other);
    }

    /// <summary>One output of <paramref name="outputs"/> numbers.</summary>
    internal static Network Single(int outputs = 3, int hidden = 7, string name = "single")
    {
        var b = new NetworkBuilder(name, new Shape(Inputs));
        return b.Build(b.Linear("one", b.Activation("act", b.Linear("hidden", b.Input, hidden)), outputs));
    }

    internal static Model Model(Network network, int seed = 1, torch.ScalarType type = torch.ScalarType.Float64)
    {
        using var drawn = Initialization.Draw(network, seed);
        var model = new Model(network, drawn.Copy(type));
        foreach (var (name, _, parameter) in network.Parameters())
        {
            using var still = torch.no_grad();
            using var values = torch.randn(
                parameter.Sizes.AsSpan().ToArray(),
                type,
                generator: Seeded(seed + name.Length)
            );
            model[name].copy_(values);
        }
        return model;
    }

    internal static torch.Tensor Normal(int seed, params long[] sizes) =>
        torch.randn(sizes, torch.float64, generator: Seeded(seed));

    internal static torch.Tensor Classes(int seed, int count, int classes) =>
        torch.randint(0, classes, [count], torch.int64, generator: Seeded(seed));

    internal static Dictionary<string, torch.Tensor> Named(params (string Name, torch.Tensor Tensor)[] tensors) =>
        tensors.ToDictionary(t => t.Name, t => t.Tensor);

    internal static TrainingOptions Options(int epochs = 2, int batch = 8) =>
        new()
        {
            Epochs = epochs,
            BatchSize = batch,
            LearningRate = new StepDecay { Initial = 0.05 },
            Optimizer = new Sgd { WeightDecay = 0 },
        };

    private static torch.Generator Seeded(int seed) => new((ulong)seed);
}
