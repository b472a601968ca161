using System.Collections.Immutable;

namespace SlimSharp.Onnx;

/// <summary>One operator of a graph.</summary>
/// <param name="Operator">Its kind, as in Conv.</param>
/// <param name="Name">Its name.</param>
/// <param name="Inputs">The values it reads; empty for one left out.</param>
/// <param name="Outputs">The values it makes.</param>
/// <param name="Attributes">Its settings: long, long[], float, float[], string or <see cref="OnnxTensor"/>
/// each, and the whole AttributeProto as <see cref="ReadOnlyMemory{T}"/> of bytes for any other (graphs, types,
/// lists).</param>
public sealed record OnnxNode(
    string Operator,
    string Name,
    ImmutableArray<string> Inputs,
    ImmutableArray<string> Outputs,
    ImmutableArray<(string Name, object Value)> Attributes
)
{
    /// <summary>Whose operator it is; empty for those of ONNX itself.</summary>
    public string Domain { get; init; } = "";

    /// <summary>The message it was read from; null for what was made here.</summary>
    internal ReadOnlyMemory<byte>? Source { get; init; }
}
