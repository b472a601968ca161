using System.Collections.Immutable;

namespace SlimSharp.Onnx;

/// <summary>What an ONNX file holds.</summary>
public sealed record OnnxModel
{
    /// <summary>The version of the operators that are used.</summary>
    public const int OperatorSet = 17;

    /// <summary>What the graph is called.</summary>
    public required string Name { get; init; }

    /// <summary>The operators, producers before consumers.</summary>
    public required ImmutableArray<OnnxNode> Nodes { get; init; }

    /// <summary>The constants.</summary>
    public required ImmutableArray<OnnxTensor> Constants { get; init; }

    /// <summary>What the caller gives.</summary>
    public required ImmutableArray<OnnxValue> Inputs { get; init; }

    /// <summary>The results.</summary>
    public required ImmutableArray<OnnxValue> Outputs { get; init; }

    /// <summary>Class names, provenance and whatever else goes with it.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The file it was read from; null for what was made here.</summary>
    internal ReadOnlyMemory<byte>? Source { get; init; }

    /// <summary>Reads a file. What is not understood of it is kept, and written again by <see cref="Save"/>.</summary>
    /// <exception cref="OnnxException">It is damaged, or of operators before version 7.</exception>
    public static OnnxModel Load(string path) => OnnxReader.Read(path);

    /// <summary>
    /// The bytes of the file. A model that was read gives the very bytes it was read from; one that was changed since,
    /// these with other contents in the fields that have changed.
    /// </summary>
    /// <exception cref="OnnxException">They would be more than the 2 GB that one file can hold.</exception>
    public byte[] ToBytes() => OnnxWriter.Write(this).ToArray();

    /// <summary>Writes the file; at any instant either the old or the whole new one is there.</summary>
    public void Save(string path)
    {
        var bytes = OnnxWriter.Write(this);
        AtomicFile.Write(path, stream => stream.Write(bytes.Span));
    }
}
