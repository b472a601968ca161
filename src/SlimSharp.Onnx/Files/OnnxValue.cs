using System.Collections.Immutable;

namespace SlimSharp.Onnx;

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Sizes">Its shape; 0 for the batch, whose size is left open.</param>
public sealed record OnnxValue(string Name, OnnxType Type, ImmutableArray<long> Sizes)
{
    /// <summary>The message it was read from; null for what was made here.</summary>
    internal ReadOnlyMemory<byte>? Source { get; init; }
}
