using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>A network that came as an ONNX file. Owns its weights.</summary>
/// <param name="network">The network.</param>
/// <param name="weights">Its parameters and buffers, which it takes over.</param>
public sealed class ImportedNetwork(Network network, Weights weights) : IDisposable
{
    /// <summary>The network.</summary>
    public Network Network => network;

    /// <summary>Its parameters and buffers, which stay owned here.</summary>
    public Weights Weights => weights;

    /// <summary>
    /// How far the outputs are from those before, relative to the largest, where something was done to the network that
    /// leaves its function as it was; 0 as it was read.
    /// </summary>
    public double Difference { get; init; }

    /// <summary>A model with copies of these weights; the caller disposes it.</summary>
    public Model ToModel() => new(network, weights.Copy());

    /// <inheritdoc/>
    public void Dispose() => weights.Dispose();
}
