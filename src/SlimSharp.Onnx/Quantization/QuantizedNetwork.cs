using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>A network in 8-bit integers: what is rounded, and to what.</summary>
public sealed class QuantizedNetwork
{
    internal QuantizedNetwork(
        Network original,
        FoldedNetwork folded,
        IReadOnlyDictionary<string, ValueRange> values,
        IReadOnlyDictionary<string, QuantizedLayer> layers
    ) => (Original, Folded, Values, Layers) = (original, folded, values, layers);

    /// <summary>The network that it was made from.</summary>
    public Network Original { get; }

    /// <summary>The nodes whose values are rounded, by name in the network without its folded layers.</summary>
    public IReadOnlyDictionary<string, ValueRange> Values { get; }

    /// <summary>The layers whose weights are rounded.</summary>
    public IReadOnlyDictionary<string, QuantizedLayer> Layers { get; }

    internal FoldedNetwork Folded { get; }
}
