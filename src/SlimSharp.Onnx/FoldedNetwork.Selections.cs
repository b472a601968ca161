using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Onnx;

internal sealed partial class FoldedNetwork
{
    /// <summary>
    /// Selections become an order of weights: of the layer that alone feeds them, or, if they only reorder, of the one
    /// that alone reads them.
    /// </summary>
    internal FoldedNetwork Selections()
    {
        foreach (var node in Network.Nodes)
        {
            if (!node.Layer.Traits().IsSelection || SourcesOf(node) is not { } sources)
                continue;
            if (Feeding(node) is { } source && HasRows(source))
                SelectRows(node, sources, source);
            else if (IsPermutation(sources, Network.Shapes[node.Inputs[0]].Channels))
                Reorder(node, sources);
        }
        return this;
    }

    // The input channel behind each output channel, or null where there are zeros.
    private int?[]? SourcesOf(Node node) =>
        Network.FlowOf(node) switch
        {
            ChannelFlow.Map(var sources) => Places(sources),
            ChannelFlow.Pick(var sources) => Places(sources),
            _ => null,
        };

    private static int?[] Places(ImmutableArray<ChannelSource> sources) =>
        [.. sources.Select(s => s == ChannelSource.None ? null : (int?)s.Channel)];

    private void SelectRows(Node node, int?[] sources, Node source)
    {
        var weights = Values($"{source.Name}.weight");
        var size = weights.Length / Network.Shapes[source.Name].Channels;
        _changed[$"{source.Name}.weight"] =
        [
            .. sources.SelectMany(s => s is { } i ? weights[(i * size)..((i + 1) * size)] : new double[size]),
        ];
        if (Bias(source) is { } bias)
            _changed[$"{source.Name}.bias"] = [.. sources.Select(s => s is { } i ? bias[i] : 0)];
        Replace(node, source with { Layer = source.Layer.WithChannels(sources.Length) });
    }

    // Through what treats channels alike, as far as the layer whose weights can be put into another order.
    private void Reorder(Node node, int?[] sources)
    {
        var passed = new List<Node>();
        var reader = Reader(node);
        while (reader is { Inputs.Length: 1 } && Network.FlowOf(reader) is ChannelFlow.Same && !HasShared(reader))
        {
            passed.Add(reader);
            reader = Reader(reader);
        }
        if (
            reader is not { Inputs.Length: 1 }
            || HasShared(reader)
            || Network.FlowOf(reader) is not ChannelFlow.Own { Groups: 1 }
            || !ParametersOf(reader).Any(p => p.InputAxis is not null)
        )
            return;
        foreach (var parameter in ParametersOf(reader).Where(p => p.InputAxis is not null))
            Back(reader, parameter, parameter.InputAxis!.Value, sources);
        foreach (var other in passed)
        {
            foreach (var parameter in ParametersOf(other).Where(p => p.OutputAxis is not null))
                Back(other, parameter, parameter.OutputAxis!.Value, sources);
        }
        Bypass(node);
    }

    private IReadOnlyList<LayerParameter> ParametersOf(Node node) => node.Layer.Parameters(Network.InputShapes(node));

    private bool HasShared(Node node) => _shared.Contains(node.Name) && ParametersOf(node).Count > 0;

    // To where the selection took them from, along an axis.
    private void Back(Node node, LayerParameter parameter, int axis, int?[] sources)
    {
        var values = Values($"{node.Name}.{parameter.Name}");
        var block = (int)parameter.Sizes.Skip(axis + 1).Aggregate(1L, (a, b) => a * b);
        var row = sources.Length * block;
        var back = new double[values.Length];
        for (var at = 0; at < values.Length; at += row)
        {
            for (var i = 0; i < sources.Length; i++)
                Array.Copy(values, at + i * block, back, at + sources[i]!.Value * block, block);
        }
        _changed[$"{node.Name}.{parameter.Name}"] = back;
    }

    private static bool IsPermutation(int?[] sources, int channels) =>
        sources.Length == channels && sources.Order().SequenceEqual(Enumerable.Range(0, channels).Cast<int?>());

    private bool HasRows(Node source) =>
        source.Layer.WithBias() is not null
        && Network.FlowOf(source) is ChannelFlow.Own { Groups: 1 }
        && ParametersOf(source).First(p => p.Name == "weight").OutputAxis == 0
        && !_shared.Contains(source.Name);
}
