using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using TorchSharp;

namespace SlimSharp.Tests.Networks;

/// <summary>Weights and inputs drawn for a network, the same for the same seed.</summary>
internal static class Drawn
{
    /// <summary>Weights with which no channel is dead, in float64; the caller disposes them.</summary>
    internal static Weights Wide(Network network, long seed) => RandomWeights.Draw(NetworkCut.Of(network, []), seed);

    /// <summary>The same in single precision.</summary>
    internal static Weights Weights(Network network, long seed = 1)
    {
        using var wide = Wide(network, seed);
        return wide.Copy(torch.float32);
    }

    /// <summary>A batch for every input, in ±0.5.</summary>
    internal static Dictionary<string, torch.Tensor> Inputs(Network network, int batch, long seed)
    {
        var random = new Randomness(seed);
        return network.Inputs.ToDictionary(
            n => n.Name,
            n =>
            {
                var sizes = network.Shapes[n.Name].Sizes(batch);
                return torch.tensor(Singles(random, sizes.Aggregate((a, b) => a * b))).reshape(sizes);
            }
        );
    }

    /// <summary>Images of noise for a network with one input.</summary>
    internal static ImageSet Images(Network network, int count)
    {
        var shape = network.Shapes[network.Inputs.Single().Name];
        var pixels = new byte[count * shape.Count];
        new Random(2).NextBytes(pixels);
        return new("noise", shape, pixels, new int[count], ["none"]);
    }

    /// <summary>Mean 0.5 and deviation 0.3 for each channel of the one input.</summary>
    internal static Normalization Normalization(Network network)
    {
        var channels = network.Shapes[network.Inputs.Single().Name].Channels;
        return new([.. Enumerable.Repeat(0.5, channels)], [.. Enumerable.Repeat(0.3, channels)]);
    }

    /// <summary>Numbers in ±0.5.</summary>
    internal static float[] Singles(Randomness random, long count) =>
        [.. Enumerable.Range(0, (int)count).Select(_ => (float)random.NextDouble() - 0.5f)];
}
