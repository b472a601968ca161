using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Onnx;

/// <summary>
/// Brings trained networks to 8-bit integers: weights per output channel, values by their ranges on calibration images.
/// </summary>
public static class Quantizer
{
    private const int Limit = sbyte.MaxValue;
    private const int ReducedLimit = 63; // two products with a byte stay below 2¹⁵
    private const int BatchSize = 32;

    /// <summary>Quantises a network with one input.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its parameters and buffers.</param>
    /// <param name="images">Calibration images; a few hundred of the training set.</param>
    /// <param name="normalization">What is done to their bytes.</param>
    /// <param name="options">How.</param>
    /// <exception cref="OnnxException">Options make no sense, or there is nothing to round.</exception>
    /// <exception cref="DataException">The images are not those that the network takes.</exception>
    public static QuantizedNetwork Run(
        Network network,
        Weights weights,
        ImageSet images,
        Normalization normalization,
        QuantizationOptions? options = null
    )
    {
        options ??= new();
        options.Check();
        images.CheckFits(network);
        var folded = new FoldedNetwork(network, weights).BatchNorms().Selections().Biases().Keep();
        var layers = QuantizationPlan.Layers(folded.Network, options);
        if (layers.Length == 0)
            throw new OnnxException("No layer is left to be rounded.");
        var batches = ImageBatches.InOrder(images, normalization, BatchSize);
        var ranges = Ranges(folded, QuantizationPlan.Values(folded.Network, layers), batches, options);
        var limit = options.ReducedRange ? ReducedLimit : Limit;
        var quantized = new QuantizedNetwork(
            network,
            folded,
            ranges,
            layers.ToDictionary(l => l.Name, l => Round(l, folded, ranges[l.Inputs[0]], limit))
        );
        return options.CorrectBias ? Corrected(quantized, batches) : quantized;
    }

    private static QuantizedLayer Round(Node node, FoldedNetwork folded, ValueRange input, int limit) =>
        QuantizedLayer.Round(folded.Values($"{node.Owner}.weight"), folded.Bias(node)!, limit, input);

    // First how far values reach, then how often they are where.
    private static Dictionary<string, ValueRange> Ranges(
        FoldedNetwork folded,
        Node[] values,
        ImageBatches batches,
        QuantizationOptions options
    )
    {
        using var model = Model(folded);
        Node[] measured =
        [
            .. values.Where(v => !QuantizationPlan.KeepsRange(v) || values.All(o => o.Name != v.Inputs[0])),
        ];
        var ends = measured.ToDictionary(
            v => v.Name,
            _ => (Least: double.PositiveInfinity, Largest: double.NegativeInfinity)
        );
        Each(
            (name, numbers) =>
            {
                var (least, largest) = ends[name];
                foreach (var number in numbers)
                    (least, largest) = (Math.Min(least, number), Math.Max(largest, number));
                ends[name] = (least, largest);
            }
        );
        if (ends.FirstOrDefault(e => !double.IsFinite(e.Value.Largest - e.Value.Least)).Key is { } broken)
            throw new OnnxException(
                $"The values of '{broken}' are not finite on the calibration images, so they have no range; the network's weights may be damaged."
            );
        var histograms = ends.ToDictionary(e => e.Key, e => new Histogram(e.Value.Least, e.Value.Largest));
        Each((name, numbers) => histograms[name].Add(numbers));
        var ranges = histograms.ToDictionary(h => h.Key, h => h.Value.Range(options));
        foreach (var value in values.Except(measured)) // nodes, in order, so that chains of them find theirs
            ranges[value.Name] = ranges[value.Inputs[0]];
        return ranges;

        void Each(Action<string, float[]> see)
        {
            var input = folded.Network.Inputs.Single().Name;
            string[] names = [.. measured.Select(m => m.Name)];
            foreach (var batch in batches.All())
            {
                using var scope = torch.NewDisposeScope();
                using var still = torch.no_grad();
                using (batch)
                {
                    var results = model.Run(new Dictionary<string, torch.Tensor> { [input] = batch.Images }, names);
                    foreach (var name in names)
                        see(name, Numbers.ReadSingle(results[name]));
                }
            }
        }
    }

    // What the mean of every channel loses goes into its bias, layer after layer, each behind those that were
    // corrected.
    private static QuantizedNetwork Corrected(QuantizedNetwork quantized, ImageBatches batches)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var rows = batches.Set.Spread(Math.Min(4 * BatchSize, batches.Set.Count));
        using var batch = batches.Make(rows);
        var folded = quantized.Folded;
        using var model = Model(folded);
        var layers = quantized.Layers.ToDictionary();
        var input = folded.Network.Inputs.Single().Name;
        var exact = model.Run(new Dictionary<string, torch.Tensor> { [input] = batch.Images }, [.. layers.Keys]);
        Simulation.RunAll(
            quantized,
            batch.Images,
            (node, output) =>
            {
                var loss = Mean(exact[node.Name]) - Mean(output);
                layers[node.Name] = layers[node.Name].Shifted(Numbers.Read(loss), quantized.Values[node.Inputs[0]]);
                return output + (output.dim() == 4 ? loss.view(1, -1, 1, 1) : loss);
            }
        );
        return new(quantized.Original, folded, quantized.Values, layers);
    }

    private static Model Model(FoldedNetwork folded)
    {
        var model = new Model(folded.Network, folded.ToWeights(torch.float32));
        model.eval();
        return model;
    }

    // Of every channel, over batch and positions.
    private static torch.Tensor Mean(torch.Tensor x) => x.mean(Numbers.AllButChannels(x)).to(torch.float64);
}
