using System.Runtime.InteropServices;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models;

/// <summary>
/// Initial weights as published for network slimming: convolutions N(0, 2/(kernel area · output channels)), scales 0.5, shifts 0;
/// linear layers with the deviation they ask for, or uniform in ±1/√inputs. A pure function of seed and parameter name.
/// </summary>
public static class Initialization
{
    /// <summary>The scale of every BatchNorm at the start.</summary>
    public const double Scale = 0.5;

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
        foreach (var (name, node, parameter) in network.Parameters())
        {
            var tensor = torch.zeros(parameter.Sizes.ToArray(), torch.float32);
            Fill(
                MemoryMarshal.Cast<byte, float>(tensor.bytes),
                node.Layer,
                parameter,
                network.InputShapes(node),
                new Randomness(seed, Randomness.Name(name))
            );
            weights[name] = tensor;
        }
        return weights;
    }

    private static void Fill(
        Span<float> values,
        Layer layer,
        LayerParameter parameter,
        Shape[] inputs,
        Randomness random
    )
    {
        switch (parameter.Role, layer)
        {
            case (ParameterRole.Scale, _):
                values.Fill((float)Scale);
                break;
            case (ParameterRole.RunningVariance or ParameterRole.Factor, _):
                values.Fill(1);
                break;
            case (ParameterRole.Gain, _):
                values.Fill(layer is PRelu ? (float)PRelu.InitialSlope : 1);
                break;
            case (ParameterRole.Weight, TransposedConvolution t):
                Normal(values, Math.Sqrt(2.0 / (t.Kernel.Area * t.Channels)), ref random);
                break;
            case (ParameterRole.Weight, Convolution c):
                Normal(values, Math.Sqrt(2.0 / (c.Kernel.Area * c.Channels)), ref random);
                break;
            case (ParameterRole.Weight, Linear { InitialDeviation: { } deviation }):
                Normal(values, deviation, ref random);
                break;
            case (ParameterRole.Weight or ParameterRole.Bias, Linear { InitialDeviation: null }):
                Uniform(values, 1 / Math.Sqrt(inputs[0].Channels), ref random);
                break;
        }
    }

    private static void Normal(Span<float> values, double deviation, ref Randomness random)
    {
        foreach (ref var value in values)
            value = (float)(deviation * random.NextNormal());
    }

    private static void Uniform(Span<float> values, double bound, ref Randomness random)
    {
        foreach (ref var value in values)
            value = (float)(bound * (2 * random.NextDouble() - 1));
    }
}
