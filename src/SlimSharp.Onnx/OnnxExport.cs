using System.Collections.Immutable;
using System.Text.Json;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>Makes ONNX models of networks: operator set 17, batches of any size.</summary>
public static class OnnxExport
{
    private const double Bytes = 255;

    /// <summary>The model of a file, with its classes, normalisation and provenance as metadata.</summary>
    /// <exception cref="SlimSharpException">
    /// Bytes are to be read, but the file does not say how they are normalised.
    /// </exception>
    public static OnnxModel Of(SlimFile file, OnnxOptions? options = null) =>
        Of(file.Network, file.Weights, file.Normalization, options) with
        {
            Metadata = MetadataOf(file),
        };

    /// <summary>Classes, normalisation, provenance and multiply-adds of a file, as a model's metadata.</summary>
    public static ImmutableSortedDictionary<string, string> MetadataOf(SlimFile file)
    {
        var metadata = ImmutableSortedDictionary.CreateBuilder<string, string>();
        metadata["macs"] = $"{NetworkCost.Of(file.Network).Macs}";
        metadata.AddRange(
            file.Provenance.Where(p => p.Key is not "options")
                .Select(p => KeyValuePair.Create($"slimsharp.{p.Key}", p.Value))
        );
        if (file.Classes.Count > 0)
            metadata["classes"] = JsonSerializer.Serialize([.. file.Classes], OnnxJson.Default.StringArray);
        if (file.Normalization is { } normalization)
        {
            metadata[OnnxImport.MeanKey] = JsonSerializer.Serialize(
                [.. normalization.Mean],
                OnnxJson.Default.DoubleArray
            );
            metadata[OnnxImport.DeviationKey] = JsonSerializer.Serialize(
                [.. normalization.Deviation],
                OnnxJson.Default.DoubleArray
            );
        }
        return metadata.ToImmutable();
    }

    /// <summary>The model of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its parameters and buffers.</param>
    /// <param name="normalization">
    /// What is done to bytes in [0, 255] before the network sees them; needed only where the model reads bytes.
    /// </param>
    /// <param name="options">How it is written.</param>
    /// <exception cref="NetworkException">
    /// Bytes are to be read, but there is no normalisation, or an input is no image.
    /// </exception>
    public static OnnxModel Of(
        Network network,
        Weights weights,
        Normalization? normalization = null,
        OnnxOptions? options = null
    )
    {
        options ??= new();
        var folded = new FoldedNetwork(network, weights);
        folded = options.FoldBatchNorms ? folded.BatchNorms().Selections() : folded.Selections();
        return Build(network, folded, null, normalization, options.Pixels);
    }

    /// <summary>The model of a quantised network: 8-bit integers between QuantizeLinear and DequantizeLinear.</summary>
    /// <param name="quantized">The network.</param>
    /// <param name="normalization">
    /// What is done to bytes before the network sees them; needed only where the model reads bytes.
    /// </param>
    /// <param name="pixels">What the model reads.</param>
    public static OnnxModel Of(
        QuantizedNetwork quantized,
        Normalization? normalization = null,
        OnnxPixels pixels = OnnxPixels.Normalized
    ) => Build(quantized.Original, quantized.Folded, quantized, normalization, pixels);

    /// <summary>A network as it is written, BatchNorms folded where they can be.</summary>
    public static Network Folded(Network network)
    {
        var sizes = network.Parameters().ToDictionary(p => p.Name, p => p.Parameter.Count);
        return new FoldedNetwork(network, name => new double[sizes[name]]).BatchNorms().Selections().Network;
    }

    /// <summary>A network with some numbers or other, as it is: to be timed, not to be used.</summary>
    public static OnnxModel Drawn(Network network)
    {
        var parameters = network.Parameters().ToDictionary(p => p.Name, p => p.Parameter);
        double[] Values(string name)
        {
            var (parameter, random) = (parameters[name], new Random(0));
            var size =
                parameter.Role == ParameterRole.Weight ? Math.Sqrt(6.0 * parameter.Sizes[0] / parameter.Count) : 1;
            var values = new double[parameter.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] =
                    size
                    * (parameter.Role == ParameterRole.Weight ? random.NextDouble() - 0.5 : 0.5 + random.NextDouble());
            return values;
        }
        return Build(network, new FoldedNetwork(network, Values), null, null, OnnxPixels.Normalized);
    }

    private static OnnxModel Build(
        Network original,
        FoldedNetwork folded,
        QuantizedNetwork? quantized,
        Normalization? normalization,
        OnnxPixels pixels
    )
    {
        var (graph, network) = (new GraphBuilder(), folded.Network);
        foreach (var output in original.Outputs)
            graph.Free(output); // theirs, whatever makes them
        var layers = new LayerNodes(graph, network, folded.Values, quantized);
        var values = new Dictionary<string, string>();
        var inputs = ImmutableArray.CreateBuilder<OnnxValue>();
        foreach (var node in network.Nodes)
        {
            if (node.IsInput)
            {
                var input = InputOf(graph, network.Shapes[node.Name], node.Name, pixels);
                inputs.Add(input);
                values[node.Name] =
                    pixels == OnnxPixels.Normalized ? input.Name : Normalize(graph, input, normalization, pixels);
            }
            else
                values[node.Name] = layers.Write(node, [.. node.Inputs.Select(i => values[i])]);
            if (quantized?.Values.TryGetValue(node.Name, out var range) == true)
                values[node.Name] = Round(graph, node.Name, values[node.Name], range);
        }
        return new()
        {
            Name = original.Name,
            Nodes =
            [
                .. graph.Nodes,
                .. original.Outputs.Select(
                    (o, i) => new OnnxNode("Identity", $"{o}.output", [values[network.Outputs[i]]], [o], [])
                ),
            ],
            Constants = graph.Constants,
            Inputs = inputs.ToImmutable(),
            Outputs =
            [
                .. original.Outputs.Select(o => new OnnxValue(o, OnnxType.Float, [.. original.Shapes[o].Sizes(0)])),
            ],
        };
    }

    private static string Round(GraphBuilder graph, string name, string value, ValueRange range)
    {
        string[] parameters =
        [
            graph.Constant(OnnxTensor.Of($"{name}.scale", [range.Scale])),
            graph.Constant(OnnxTensor.Of($"{name}.zero", [range.Zero])),
        ];
        var integers = graph.Add("QuantizeLinear", $"{name}.integers", [value, .. parameters]);
        return graph.Add("DequantizeLinear", $"{name}.rounded", [integers, .. parameters]);
    }

    private static OnnxValue InputOf(GraphBuilder graph, Shape shape, string name, OnnxPixels pixels)
    {
        if (pixels != OnnxPixels.Normalized && !shape.IsImage)
            throw new NetworkException($"The input '{name}' is no image, so it cannot be read as bytes.");
        ImmutableArray<long> sizes =
            pixels == OnnxPixels.BytesChannelsLast
                ? [0, shape.Height, shape.Width, shape.Channels]
                : [.. shape.Sizes(0)];
        return new(graph.Free(name), pixels == OnnxPixels.Normalized ? OnnxType.Float : OnnxType.UInt8, sizes);
    }

    // (byte/255 − mean)/deviation, as byte·a + b.
    private static string Normalize(
        GraphBuilder graph,
        OnnxValue input,
        Normalization? normalization,
        OnnxPixels pixels
    )
    {
        var (mean, deviation) = normalization is { } n
            ? (n.Mean, n.Deviation)
            : throw new NetworkException(
                "A file that reads bytes must know how they are normalised, and this network does not say it; "
                    + "give a normalisation (SlimFile.Normalization)."
            );
        long channels = mean.Length;
        float[] factor = [.. deviation.Select(d => (float)(1 / (Bytes * d)))];
        float[] shift = [.. mean.Select((m, c) => (float)(-m / deviation[c]))];
        var at = input.Name;
        if (pixels == OnnxPixels.BytesChannelsLast)
            at = graph.Add("Transpose", $"{input.Name}.planes", [at], ("perm", new long[] { 0, 3, 1, 2 }));
        at = graph.Add("Cast", $"{input.Name}.numbers", [at], ("to", (long)OnnxType.Float));
        at = graph.Add(
            "Mul",
            $"{input.Name}.scaled",
            [at, graph.Constant($"{input.Name}.factor", factor, channels, 1, 1)]
        );
        return graph.Add(
            "Add",
            $"{input.Name}.normalized",
            [at, graph.Constant($"{input.Name}.shift", shift, channels, 1, 1)]
        );
    }
}
