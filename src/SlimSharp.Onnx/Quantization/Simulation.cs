using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Onnx;

/// <summary>Computes a quantised network in double precision, every value and weight rounded as its integers are.</summary>
public static class Simulation
{
    /// <summary>The first output for images N×C×H×W, normalised. The caller disposes it.</summary>
    public static torch.Tensor Run(QuantizedNetwork quantized, torch.Tensor images) =>
        Run(quantized, images, (_, output) => output);

    /// <summary>The same, where <paramref name="change"/> may put another output in the place of each layer's whose weights are rounded.</summary>
    internal static torch.Tensor Run(
        QuantizedNetwork quantized,
        torch.Tensor images,
        Func<Node, torch.Tensor, torch.Tensor> change
    )
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var network = quantized.Folding.Network;
        using var parameters = Parameters(quantized);
        var runner = new LayerRunner(name => parameters[name], RunMode.Evaluation);
        var values = new Dictionary<string, torch.Tensor>();
        foreach (var node in network.Nodes)
        {
            var value = node.IsInput
                ? images.to(torch.float64)
                : runner.Run(node, [.. node.Inputs.Select(i => values[i])]);
            if (quantized.Layers.ContainsKey(node.Name))
                value = change(node, value);
            values[node.Name] = quantized.Values.TryGetValue(node.Name, out var range) ? Round(value, range) : value;
        }
        return values[network.Outputs[0]].MoveToOuterDisposeScope();
    }

    private static torch.Tensor Round(torch.Tensor x, ValueRange range)
    {
        using Scalar scale = (double)range.Scale;
        using Scalar zero = (double)range.Zero;
        using Scalar least = 0.0;
        using Scalar largest = (double)byte.MaxValue;
        return x.div(scale).round().add(zero, Scalars.One).clamp(least, largest).sub(zero).mul(scale);
    }

    private static Weights Parameters(QuantizedNetwork quantized)
    {
        var parameters = quantized.Folding.ToWeights(torch.float64);
        foreach (var (name, layer) in quantized.Layers)
        {
            var step = quantized.Values[quantized.Folding.Network[name].Inputs[0]].Scale;
            Put($"{name}.weight", layer.Numbers());
            Put($"{name}.bias", [.. layer.Bias.Select((b, c) => (double)b * layer.Scales[c] * step)]);
        }
        return parameters;

        void Put(string name, double[] numbers)
        {
            using var flat = torch.tensor(numbers);
            parameters[name] = flat.reshape(parameters[name].shape);
        }
    }
}
