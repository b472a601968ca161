using SlimSharp.Onnx;

namespace SlimSharp.Tests.Onnx;

/// <summary>ONNX files of a node or two, as others write them.</summary>
internal static class SampleNodes
{
    internal const int Channels = 4;
    internal static readonly float[] Values = [0.5f, -2, 3, 0.25f];

    internal static OnnxNode Node(
        string kind,
        string output,
        string[] inputs,
        params (string Name, object Value)[] attributes
    ) => new(kind, output, [.. inputs], [output], [.. attributes]);

    internal static OnnxTensor Floats(string name, float[] values, params long[] sizes) =>
        OnnxTensor.Of(name, values, sizes);

    internal static OnnxTensor Whole(string name, params long[] values) => OnnxTensor.Of(name, values, values.Length);

    internal static float[] Some(int count) => [.. Enumerable.Range(0, count).Select(i => (i * 7 % 11 - 5) / 8f)];

    internal static OnnxModel Model(long[] read, long[] made, OnnxNode[] nodes, params OnnxTensor[] constants) =>
        new()
        {
            Name = "model",
            Inputs = [new("x", OnnxType.Float, [.. read])],
            Outputs = [new("y", OnnxType.Float, [.. made])],
            Constants = [.. constants],
            Nodes = [.. nodes],
        };

    // One operator on an image of 4×4×4, all sizes alike, so that a wrong axis is no wrong shape.
    internal static OnnxModel Image(string kind, (string, object)[] attributes, params OnnxTensor[] constants) =>
        Model(
            [0, 4, 4, 4],
            [0, 4, 4, 4],
            [Node(kind, "y", ["x", .. constants.Select(c => c.Name)], attributes)],
            constants
        );

    internal static OnnxModel Turned(string kind, OnnxTensor constant) =>
        Model([0, 4, 4, 4], [0, 4, 4, 4], [Node(kind, "y", [constant.Name, "x"])], constant);

    // One operator on a vector that is what an image's mean leaves.
    internal static OnnxModel Mean(string kind, long[] made, OnnxTensor constant) =>
        Model(
            [0, 4, 4, 4],
            made,
            [Node("GlobalAveragePool", "mean", ["x"]), Node(kind, "y", ["mean", constant.Name])],
            constant
        );

    internal static OnnxTensor Kernel(int size, string name = "w") =>
        Floats(name, Some(Channels * Channels * size * size), Channels, Channels, size, size);
}
