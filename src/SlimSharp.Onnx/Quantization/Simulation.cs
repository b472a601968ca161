using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Onnx;

/// <summary>
/// Computes a quantised network in double precision, every value and weight rounded as its integers are.
/// </summary>
public static class Simulation
{
    /// <summary>The first output for images N×C×H×W, normalised. The caller disposes it.</summary>
    public static torch.Tensor Run(QuantizedNetwork quantized, torch.Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        return RunAll(quantized, images)[quantized.Folded.Network.Outputs[0]].MoveToOuterDisposeScope();
    }

    /// <summary>All outputs by name; the caller disposes them.</summary>
    public static IReadOnlyDictionary<string, torch.Tensor> RunAll(QuantizedNetwork quantized, torch.Tensor images) =>
        RunAll(quantized, images, (_, output) => output);

    /// <summary>
    /// The same, where <paramref name="change"/> may put another output in the place of each layer's whose weights are
    /// rounded.
    /// </summary>
    internal static IReadOnlyDictionary<string, torch.Tensor> RunAll(
        QuantizedNetwork quantized,
        torch.Tensor images,
        Func<Node, torch.Tensor, torch.Tensor> change
    )
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var network = quantized.Folded.Network;
        using var model = new Model(network, Parameters(quantized));
        var input = network.Inputs.First().Name;
        var outputs = model.Run(
            new Dictionary<string, torch.Tensor> { [input] = images.to(torch.float64) },
            mode: RunMode.Evaluation,
            taps: Taps(quantized, change)
        );
        return outputs.ToDictionary(o => o.Key, o => o.Value.MoveToOuterDisposeScope());
    }

    // At every node whose value is rounded, or that the caller may change first.
    private static Dictionary<string, Func<torch.Tensor, torch.Tensor>> Taps(
        QuantizedNetwork quantized,
        Func<Node, torch.Tensor, torch.Tensor> change
    )
    {
        torch.Tensor At(Node node, torch.Tensor value)
        {
            var changed = quantized.Layers.ContainsKey(node.Name) ? change(node, value) : value;
            return quantized.Values.TryGetValue(node.Name, out var range) ? Round(changed, range) : changed;
        }
        return quantized
            .Folded.Network.Nodes.Where(n =>
                quantized.Layers.ContainsKey(n.Name) || quantized.Values.ContainsKey(n.Name)
            )
            .ToDictionary(n => n.Name, n => (Func<torch.Tensor, torch.Tensor>)(value => At(n, value)));
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
        var parameters = quantized.Folded.ToWeights(torch.float64);
        foreach (var (name, layer) in quantized.Layers)
        {
            var step = quantized.Values[quantized.Folded.Network[name].Inputs[0]].Scale;
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
