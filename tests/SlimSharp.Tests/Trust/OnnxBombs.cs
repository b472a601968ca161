using System.Collections.Immutable;
using SlimSharp.Onnx;

namespace SlimSharp.Tests.Trust;

/// <summary>Bombs that are ONNX files.</summary>
internal static class OnnxBombs
{
    internal static string Pads(string folder) =>
        Write(
            folder,
            [3, 4, 4],
            [OnnxTensor.Of("pads", (ReadOnlySpan<long>)[0, 0, 0, 0, 0, 65536, 0, 0], 8)],
            Chain(2_000, i => Node("Pad", i, [$"v{i}", "pads"]))
        );

    internal static string Concats(string folder) =>
        Write(folder, [3, 4, 4], [], Chain(40, i => Node("Concat", i, [$"v{i}", $"v{i}"], ("axis", 1L))));

    internal static string WidePads(string folder) =>
        Write(
            folder,
            [1, 4, 4],
            [OnnxTensor.Of("w", new float[9], 1, 1, 3, 3)],
            Chain(1, i => Node("Conv", i, [$"v{i}", "w"], ("pads", new long[] { 0, int.MaxValue, 0, int.MaxValue })))
        );

    // Every layer is another one, so that they cannot share their weights.
    internal static string OneConstant(string folder) =>
        Write(
            folder,
            [64],
            [OnnxTensor.Of("w", new float[64 * 64], 64, 64)],
            Chain(20_000, i => Node("Gemm", i, [$"v{i}", "w"], ("transB", 1L)))
        );

    // Of 16 characters that are not kept, so that all come to be called alike.
    internal static string OneName(string folder)
    {
        const int Count = 50_000;
        static string Name(int i) =>
            i == Count ? "out" : string.Concat(Enumerable.Range(0, 16).Select(b => (i >> b & 1) == 0 ? '/' : ':'));
        return Write(
            folder,
            [4],
            [],
            [.. Enumerable.Range(0, Count).Select(i => new OnnxNode("Relu", "same", [Name(i)], [Name(i + 1)], []))],
            Name(0),
            "out"
        );
    }

    private static OnnxNode[] Chain(int count, Func<int, OnnxNode> node) =>
        [.. Enumerable.Range(0, count).Select(node)];

    private static OnnxNode Node(string kind, int i, string[] inputs, params (string, object)[] attributes) =>
        new(kind, $"n{i}", [.. inputs], [$"v{i + 1}"], [.. attributes]);

    private static string Write(
        string folder,
        long[] sizes,
        OnnxTensor[] constants,
        OnnxNode[] nodes,
        string input = "v0",
        string? output = null
    )
    {
        var path = Path.Combine(folder, "x.onnx");
        new OnnxModel
        {
            Name = "x",
            Nodes = [.. nodes],
            Constants = [.. constants],
            Inputs = [new(input, OnnxType.Float, [0, .. sizes])],
            Outputs = [new(output ?? $"v{nodes.Length}", OnnxType.Float, [0, .. sizes])],
        }.Save(path);
        return path;
    }
}
