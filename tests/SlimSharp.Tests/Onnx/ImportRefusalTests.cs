using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using TorchSharp;
using static SlimSharp.Tests.Onnx.SampleNodes;

namespace SlimSharp.Tests.Onnx;

/// <summary>
/// Operators and settings of them that are not read are refused by name, never read as something else.
/// </summary>
public class ImportRefusalTests
{
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

    public static TheoryData<string> Refuses => [.. Refusable.Keys];

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
        ImportOperatorTests.Readable["factor per channel"].Save(path);
        using var imported = OnnxImport.Read(path);
        var (network, weights) = (imported.Network, imported.Weights);
        weights["y.weight"] = torch.ones(Channels);
        var message = Assert.Throws<OnnxException>(() => ImportCheck.Run(path, network, weights)).Message;
        Assert.StartsWith(path, message);
        Assert.Contains("another network", message);
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
}
