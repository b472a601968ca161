using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using TorchSharp;

namespace SlimSharp.Tests.Onnx;

/// <summary>Operators as others write them: read as ONNX Runtime computes them, or refused by name.</summary>
public class ImportOperatorTests
{
    private const int Channels = 4;
    private static readonly float[] Values = [0.5f, -2, 3, 0.25f];

    private static OnnxNode Node(
        string kind,
        string output,
        string[] inputs,
        params (string Name, object Value)[] attributes
    ) => new(kind, output, [.. inputs], [output], [.. attributes]);

    private static OnnxTensor Floats(string name, float[] values, params long[] sizes) =>
        OnnxTensor.Of(name, values, sizes);

    private static OnnxTensor Whole(string name, params long[] values) => OnnxTensor.Of(name, values, values.Length);

    private static float[] Some(int count) => [.. Enumerable.Range(0, count).Select(i => (i * 7 % 11 - 5) / 8f)];

    private static OnnxModel Model(long[] read, long[] made, OnnxNode[] nodes, params OnnxTensor[] constants) =>
        new()
        {
            Name = "model",
            Inputs = [new("x", OnnxType.Float, [.. read])],
            Outputs = [new("y", OnnxType.Float, [.. made])],
            Constants = [.. constants],
            Nodes = [.. nodes],
        };

    // One operator on an image of 4×4×4, all sizes alike, so that a wrong axis is no wrong shape.
    private static OnnxModel Image(string kind, (string, object)[] attributes, params OnnxTensor[] constants) =>
        Model(
            [0, 4, 4, 4],
            [0, 4, 4, 4],
            [Node(kind, "y", ["x", .. constants.Select(c => c.Name)], attributes)],
            constants
        );

    private static OnnxModel Turned(string kind, OnnxTensor constant) =>
        Model([0, 4, 4, 4], [0, 4, 4, 4], [Node(kind, "y", [constant.Name, "x"])], constant);

    // One operator on a vector that is what an image's mean leaves.
    private static OnnxModel Mean(string kind, long[] made, OnnxTensor constant) =>
        Model(
            [0, 4, 4, 4],
            made,
            [Node("GlobalAveragePool", "mean", ["x"]), Node(kind, "y", ["mean", constant.Name])],
            constant
        );

    private static OnnxTensor Kernel(int size, string name = "w") =>
        Floats(name, Some(Channels * Channels * size * size), Channels, Channels, size, size);

    private static readonly Dictionary<string, OnnxModel> Readable = new()
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

    // With what the sentence must hold.
    private static readonly Dictionary<string, (OnnxModel Model, string Part)> Refusable = new()
    {
        ["a vector along the width"] = (Image("Mul", [], Floats("c", Values, 4)), "not one number for each"),
        ["a vector along the height"] = (Image("Add", [], Floats("c", Values, 4, 1)), "not one number for each"),
        ["a vector along the width that a mean has left"] = (
            Mean("Mul", [0, 4, 1, 4], Floats("c", Values, 4)),
            "not one number for each"
        ),
        ["a factor for each pixel"] = (Image("Mul", [], Floats("c", Some(16), 4, 4)), "not one number for each"),
        ["slopes along columns"] = (Image("PRelu", [], Floats("c", Values, 4)), "not one number for each"),
        ["slopes along rows"] = (Image("PRelu", [], Floats("c", Values, 1, 4, 1)), "not one number for each"),
        ["a vector and one with ones behind"] = (
            Model(
                [0, 4, 4, 4],
                [0, 4, 0, 4],
                [Node("GlobalAveragePool", "a", ["x"]), Node("Flatten", "b", ["a"]), Node("Add", "y", ["a", "b"])]
            ),
            "spreads a vector over the width"
        ),
        ["a gate without ones behind"] = (
            Model(
                [0, 4, 4, 4],
                [0, 4, 4, 4],
                [Node("GlobalAveragePool", "a", ["x"]), Node("Flatten", "b", ["a"]), Node("Mul", "y", ["x", "b"])]
            ),
            "spreads a vector over the width"
        ),
        ["a quotient by what is computed"] = (Turned("Div", Floats("c", [1f])), "divides by what is computed"),
        ["a quotient by zero"] = (Image("Div", [], Floats("c", [0f])), "divides by zero"),
        ["a difference of what is computed"] = (
            Model([0, 4], [0, 4], [Node("Relu", "z", ["x"]), Node("Sub", "y", ["x", "z"])]),
            "subtracts what is computed"
        ),
        ["a bias that is computed"] = (
            Model([0, 3], [0, 3], [Node("Gemm", "y", ["x", "w", "x"])], Floats("w", Some(9), 3, 3)),
            "where only a constant is read"
        ),
        ["a bias along the batch"] = (
            Model(
                [3, 3],
                [3, 3],
                [Node("Gemm", "y", ["x", "w", "c"])],
                Floats("w", Some(9), 3, 3),
                Floats("c", Some(3), 3, 1)
            ),
            "not one number for each"
        ),
        ["a bound that is computed"] = (
            Model([0, 4], [0, 4], [Node("Clip", "y", ["x", "", "x"])]),
            "where only a constant is read"
        ),
        ["an attribute of tomorrow"] = (Image("Relu", [("slope", 2f)]), "has the attribute 'slope', which is not read"),
        ["an attribute of another type"] = (
            Image("LeakyRelu", [("alpha", 1L)]),
            "'alpha' in another form than it should"
        ),
        ["an input of tomorrow"] = (
            Model([0, 4], [0, 4], [Node("Relu", "y", ["x", "x"])]),
            "has an input 2, 'x', which is not read"
        ),
        ["a flattening of the positions alone"] = (Image("Flatten", [("axis", 2L)]), "another axis"),
        ["a squeeze by the sizes"] = (
            Mean("Squeeze", [0, 4], Floats("c", [1f])) with
            {
                Nodes = [Node("GlobalAveragePool", "a", ["x"]), Node("Squeeze", "y", ["a"])],
            },
            "leaves it to the sizes"
        ),
        ["a mean of channels"] = (Image("ReduceMean", [("axes", new long[] { 1 })]), "height and width"),
        ["a batch of one where any may come"] = (
            Model([0, 4, 4, 4], [1, 64], [Node("Reshape", "y", ["x", "s"])], Whole("s", 1, -1)),
            "makes a batch of 1"
        ),
        ["channels and positions mixed"] = (
            Model([0, 4, 4, 4], [0, 16, 4], [Node("Reshape", "y", ["x", "s"])], Whole("s", 0, 16, 4)),
            "something other than a vector"
        ),
        ["training BatchNorm"] = (
            Image(
                "BatchNormalization",
                [("training_mode", 1L)],
                [.. "abcd".Select(n => Floats($"{n}", [1, 1, 1, 1], 4))]
            ),
            "export the network in evaluation mode"
        ),
        ["padding of named axes"] = (
            Image("Pad", [], Whole("p", 1, 1), Floats("v", [0f]), Whole("axes", 1)),
            "names the axes"
        ),
        ["padding by reflection"] = (
            Image("Pad", [("mode", "reflect")], Whole("p", 0, 1, 0, 0, 0, 1, 0, 0)),
            "something other than zeros"
        ),
        ["padding of pixels"] = (Image("Pad", [], Whole("p", 0, 0, 1, 1, 0, 0, 1, 1)), "something other than channels"),
        ["every other channel"] = (
            Image("Slice", [], Whole("f", 0), Whole("t", 4), Whole("a", 1), Whole("s", 2)),
            "in between"
        ),
        ["a slice as before version 10"] = (
            Image("Slice", [("starts", new long[] { 0 }), ("ends", new long[] { 2 }), ("axes", new long[] { 1 })]),
            "export with a later version"
        ),
        ["a size to resize to"] = (
            Model([0, 4, 4, 4], [0, 4, 8, 8], [Node("Resize", "y", ["x", "", "", "s"])], Whole("s", 1, 4, 8, 8)),
            "sizes in place of factors"
        ),
        ["resizing as before version 11"] = (Image("Resize", [], Floats("s", [1, 1, 2, 2], 4)), "second input"),
        ["a mean without its padding"] = (
            Image("AveragePool", [("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 })]),
            "does not count its padding"
        ),
        ["a window with holes"] = (
            Image("MaxPool", [("kernel_shape", new long[] { 2, 2 }), ("dilations", new long[] { 2, 2 })]),
            "not a plain"
        ),
        ["a window of another size"] = (
            Image("Conv", [("kernel_shape", new long[] { 1, 1 })], Kernel(3)),
            "another size of its window"
        ),
        ["padding of one position"] = (
            Mean("Conv", [0, 4, 3, 3], Kernel(1)) with
            {
                Nodes =
                [
                    Node("GlobalAveragePool", "a", ["x"]),
                    Node("Conv", "y", ["a", "w"], ("pads", new long[] { 1, 1, 1, 1 })),
                ],
            },
            "only one position"
        ),
        ["weights for other channels"] = (
            Image("Conv", [("group", 2L)], Kernel(1)),
            "weights for 4 channels of each group"
        ),
        ["padding that nobody knows"] = (Image("Conv", [("auto_pad", "HALF")], Kernel(1)), "HALF"),
        ["an open size"] = (
            Model([0, 3, 0, 0], [0, 3, 0, 0], [Node("Relu", "y", ["x"])]),
            "'x' of N×3×?×? leaves more than the batch size open"
        ),
        ["a size that is computed"] = (
            Model([0, 4], [0, 4], [Node("Unsqueeze", "z", ["s", "s"]), Node("Relu", "y", ["x"])], Whole("s", 0)),
            "export with fixed sizes"
        ),
        ["an operator that is not known"] = (Image("Softmax", []), "the operator Softmax of node 'y'"),
        ["an operator of somebody else"] = (
            Image("Relu", []) with
            {
                Nodes = [Node("Relu", "y", ["x"]) with { Domain = "com.somebody" }],
            },
            "of the domain 'com.somebody'"
        ),
    };

    public static TheoryData<string> Reads => [.. Readable.Keys];

    public static TheoryData<string> Refuses => [.. Refusable.Keys];

    [Theory]
    [MemberData(nameof(Reads))]
    public void What_is_read_computes_what_onnx_runtime_computes(string name)
    {
        var path = Path.Combine(Machine.Folder(), "model.onnx");
        Readable[name].Save(path);
        var (network, weights) = OnnxImport.Read(path);
        using (weights)
        {
            Assert.InRange(ImportCheck.Run(path, network, weights), 0, OnnxCheck.Tolerance);
            Assert.Empty(network.BatchNorms);
        }
    }

    [Theory]
    [MemberData(nameof(Refuses))]
    public void What_is_not_read_is_refused_by_name(string name)
    {
        var (model, part) = Refusable[name];
        var message = Assert.Throws<OnnxException>(() => OnnxImport.Of(model, "theirs.onnx")).Message;
        Assert.StartsWith("theirs.onnx: ", message);
        Assert.Contains(part, message);
        Assert.EndsWith(".", message);
    }

    [Fact]
    public void What_would_be_another_network_is_refused_whatever_the_reason()
    {
        var path = Path.Combine(Machine.Folder(), "model.onnx");
        Readable["factor per channel"].Save(path);
        var (network, weights) = OnnxImport.Read(path);
        using (weights)
        {
            weights["y.weight"] = torch.ones(Channels);
            var message = Assert.Throws<OnnxException>(() => ImportCheck.Run(path, network, weights)).Message;
            Assert.StartsWith(path, message);
            Assert.Contains("another network", message);
        }
    }

    [Fact]
    public void A_constant_factor_stays_what_it_is_in_training()
    {
        var (network, weights) = OnnxImport.Of(Readable["factor, one"]);
        using var model = new Model(network, weights);
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
    [InlineData("Gemm_Ccomputed.onnx", "Gemm")]
    [InlineData("PRelu_wc.onnx", "PRelu")]
    [InlineData("customdomain.onnx", "domain")]
    [InlineData("s_Addmm.onnx", "the operator")]
    public void Files_that_were_read_as_something_else_are_refused(string file, string part)
    {
        var path = Machine.SharedPath("cases", "import-unchecked", file);
        var message = Assert.Throws<OnnxException>(() => OnnxImport.Read(path)).Message;
        Assert.StartsWith(path, message);
        Assert.Contains(part, message);
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
                var (network, weights) = OnnxImport.Read(path);
                using (weights)
                    Assert.InRange(ImportCheck.Run(path, network, weights), 0, OnnxCheck.Tolerance);
            }
            catch (OnnxException e)
            {
                Assert.Matches(@"^.+\.onnx: the (operator \w+ of node '|input ').+\.$", e.Message);
            }
        }
    }
}
