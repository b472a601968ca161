using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using TorchSharp;
using static SlimSharp.Tests.Onnx.SampleNodes;

namespace SlimSharp.Tests.Onnx;

/// <summary>Operators that are read: they compute what ONNX Runtime computes.</summary>
public class ImportOperatorTests
{
    internal static readonly Dictionary<string, OnnxModel> Readable = new()
    {
        ["factor, one"] = Image("Mul", [], Floats("c", [0.1f])),
        ["factor, one with four axes"] = Image("Mul", [], Floats("c", [0.1f], 1, 1, 1, 1)),
        ["factor per channel"] = Image("Mul", [], Floats("c", Values, 4, 1, 1)),
        ["factor per channel with the batch's axis"] = Image("Mul", [], Floats("c", Values, 1, 4, 1, 1)),
        ["factor in front"] = Turned("Mul", Floats("c", Values, 4, 1, 1)),
        ["quotient"] = Image("Div", [], Floats("c", Values, 4, 1, 1)),
        ["sum"] = Image("Add", [], Floats("c", Values, 4, 1, 1)),
        ["sum in front"] = Turned("Add", Floats("c", [2f])),
        ["difference"] = Image("Sub", [], Floats("c", Values, 4, 1, 1)),
        ["difference from a constant"] = Turned("Sub", Floats("c", Values, 4, 1, 1)),
        ["factor of a mean"] = Mean("Mul", [0, 4, 1, 1], Floats("c", Values, 4, 1, 1)),
        ["factor of a vector"] = Model([0, 4], [0, 4], [Node("Mul", "y", ["x", "c"])], Floats("c", Values, 4)),
        ["normalisation over each channel's positions"] = Image(
            "InstanceNormalization",
            [("epsilon", 0.01f)],
            Floats("scale", Values, 4),
            Floats("shift", [1f, 2, -1, 0], 4)
        ),
        ["slopes per channel"] = Image("PRelu", [], Floats("c", Values, 4, 1, 1)),
        ["one slope"] = Image("PRelu", [], Floats("c", [0.2f], 1)),
        ["linear, scaled, one bias"] = Model(
            [0, 4],
            [0, 3],
            [Node("Gemm", "y", ["x", "w", "c"], ("alpha", 0.5f), ("beta", 2f))],
            Floats("w", Some(12), 4, 3),
            Floats("c", [3f])
        ),
        ["linear, a row of biases"] = Model(
            [0, 4],
            [0, 3],
            [Node("Gemm", "y", ["x", "w", "c"], ("transB", 1L))],
            Floats("w", Some(12), 3, 4),
            Floats("c", Some(3), 1, 3)
        ),
        ["linear behind a shape that copies"] = Model(
            [0, 4, 4, 4],
            [0, 64],
            [Node("Reshape", "y", ["x", "s"])],
            Whole("s", 0, -1)
        ),
        ["a shape that leaves the batch open"] = Model(
            [0, 4, 4, 4],
            [0, 64],
            [Node("Reshape", "y", ["x", "s"])],
            Whole("s", -1, 64)
        ),
        ["a fixed batch"] = Model([3, 4, 4, 4], [3, 64], [Node("Reshape", "y", ["x", "s"])], Whole("s", 3, -1)),
        ["flattened from behind"] = Model([0, 4, 4, 4], [0, 64], [Node("Flatten", "y", ["x"], ("axis", -3L))]),
        ["mean without its axes, times a vector"] = Model(
            [0, 4, 4, 4],
            [0, 4],
            [
                Node("ReduceMean", "mean", ["x"], ("axes", new long[] { -1, 2 }), ("keepdims", 0L)),
                Node("Mul", "y", ["mean", "c"]),
            ],
            Floats("c", Values, 4)
        ),
        ["mean with its axes, squeezed, unsqueezed, times the image"] = Model(
            [0, 4, 4, 4],
            [0, 4, 4, 4],
            [
                Node("ReduceMean", "mean", ["x"], ("axes", new long[] { 2, 3 })),
                Node("Squeeze", "flat", ["mean", "axes"]),
                Node("Unsqueeze", "gate", ["flat", "axes"]),
                Node("Mul", "y", ["gate", "x"]),
            ],
            Whole("axes", -1, -2)
        ),
        ["even padding left to the reader"] = Image("Conv", [("auto_pad", "SAME_UPPER")], Kernel(2)),
        ["the same on the other side"] = Image("Conv", [("auto_pad", "SAME_LOWER")], Kernel(2)),
        ["concatenation from behind"] = Model(
            [0, 4, 4, 4],
            [0, 8, 4, 4],
            [Node("Concat", "y", ["x", "x"], ("axis", -3L))]
        ),
        ["slice from behind"] = Model(
            [0, 4, 4, 4],
            [0, 2, 4, 4],
            [Node("Slice", "y", ["x", "from", "to", "axis"])],
            Whole("from", -3),
            Whole("to", 3),
            Whole("axis", -3)
        ),
        ["dropout that says it does nothing"] = Model(
            [0, 4],
            [0, 4],
            [Node("Dropout", "z", ["x", "ratio"]), Node("Relu", "y", ["z"])],
            Floats("ratio", [0.5f])
        ),
    };

    public static TheoryData<string> Reads => [.. Readable.Keys];

    [Theory]
    [MemberData(nameof(Reads))]
    public void What_is_read_computes_what_onnx_runtime_computes(string name)
    {
        var path = Path.Combine(Machine.Folder(), "model.onnx");
        Readable[name].Save(path);
        using var imported = OnnxImport.Read(path);
        var (network, weights) = (imported.Network, imported.Weights);
        Assert.InRange(ImportCheck.Run(path, network, weights), 0, OnnxCheck.Tolerance);
        Assert.Empty(network.BatchNorms);
    }

    [Fact]
    public void A_constant_factor_stays_what_it_is_in_training()
    {
        using var imported = OnnxImport.Of(Readable["factor, one"]);
        var network = imported.Network;
        using var model = imported.ToModel();
        Assert.Equal(0, NetworkCost.Of(network).Scales);
        Assert.Empty(model.parameters());
        using var x = torch.randn(3, 4, 4, 4);
        using var expected = x.mul(0.1f);
        model.train();
        using var trained = model.forward(x);
        model.eval();
        using var evaluated = model.forward(x);
        foreach (var output in (torch.Tensor[])[trained, evaluated])
            Assert.Equal(0, Numbers.RelativeDifference(output, expected));
    }

    [Theory]
    [InlineData("import-common-operators")]
    [InlineData("import-open-size")]
    [InlineData("import-sizes-computed")]
    public void Files_of_others_are_read_as_what_they_are_or_refused_by_name(string folder)
    {
        foreach (var path in Directory.GetFiles(Machine.SharedPath("cases", folder), "*.onnx"))
        {
            try
            {
                using var imported = OnnxImport.Read(path);
                var (network, weights) = (imported.Network, imported.Weights);
                Assert.InRange(ImportCheck.Run(path, network, weights), 0, OnnxCheck.Tolerance);
            }
            catch (OnnxException e)
            {
                Assert.Matches(@"^.+\.onnx: the (operator \w+ of node '|input ').+\.$", e.Message);
            }
        }
    }
}
