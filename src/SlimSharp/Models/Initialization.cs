using System.Runtime.InteropServices;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models;

/// <summary>
/// Initial weights, as each parameter states them (<see cref="LayerParameter.Initial"/>); of the built-in layers, as
/// published for network slimming: convolutions N(0, 2/(kernel area · output channels)), scales 0.5, shifts 0; linear
/// layers with the deviation they ask for, or uniform in ±1/√inputs. A pure function of seed and parameter name.
/// </summary>
public static class Initialization
{
    /// <summary>The scale of every BatchNorm at the start.</summary>
    public const double Scale = BatchNorm.InitialScale;

    // The bytes of a tensor must fit in a span, in float64 too.
    private const long LargestTensor = int.MaxValue / sizeof(double);

    /// <summary>Initial weights in float32; the caller disposes them.</summary>
    /// <exception cref="NetworkException">A tensor would be larger than can be handled.</exception>
    public static Weights Draw(Network network, long seed)
    {
        if (
            network.Parameters().FirstOrDefault(p => p.Parameter.Count > LargestTensor) is
            { Name: { } large, Parameter: var huge }
        )
            throw new NetworkException(
                $"The tensor '{large}' of {network.Name} would hold {huge.Count:N0} numbers, more than {LargestTensor:N0}; take a smaller width."
            );
        var weights = new Weights();
        foreach (var (name, _, parameter) in network.Parameters())
        {
            var tensor = torch.zeros(parameter.Sizes.ToArray(), torch.float32);
            Fill(
                MemoryMarshal.Cast<byte, float>(tensor.bytes),
                parameter.Initial,
                new Randomness(seed, Randomness.Name(name))
            );
            weights[name] = tensor;
        }
        return weights;
    }

    private static void Fill(Span<float> values, InitialValue initial, Randomness random)
    {
        values.Fill((float)initial.Value);
        foreach (ref var value in initial.Deviation == 0 && initial.Bound == 0 ? [] : values)
        {
            value +=
                initial.Deviation != 0
                    ? (float)(initial.Deviation * random.NextNormal())
                    : (float)(initial.Bound * (2 * random.NextDouble() - 1));
        }
    }
}
