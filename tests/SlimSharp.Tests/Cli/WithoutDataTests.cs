using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Tests.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Cli;

/// <summary>Files that name no data, as converted and imported ones do.</summary>
[Collection(nameof(Alone))]
public class WithoutDataTests
{
    // Two convolutions that compute x + 10,000 − 10,000: right, and in float32 as inexact as that is.
    private static (Network Network, Weights Weights) Cancelling()
    {
        var b = new NetworkBuilder("cancelling", new Shape(3, 8, 8));
        var x = b.Input;
        foreach (var name in new[] { "there", "back" })
            x = b.Node(name, new Convolution(3, 1) { Bias = true }, x);
        var network = b.Build(x);
        var weights = new Weights();
        foreach (var (name, sign) in new[] { ("there", 1), ("back", -1) })
        {
            weights[$"{name}.weight"] = torch.eye(3).reshape(3, 3, 1, 1);
            weights[$"{name}.bias"] = torch.full([3], sign * 1e4f, torch.float32);
        }
        return (network, weights);
    }

    private static string Saved(Network network, Weights weights, Normalization? normalization = null)
    {
        var path = Path.Combine(Machine.Folder(), "x.slim");
        using var file = new SlimFile
        {
            Network = network,
            Weights = weights,
            Normalization = normalization,
        };
        file.Save(path);
        return path;
    }

    [Fact]
    public async Task A_right_network_is_exported_whatever_float32_loses_on_noise()
    {
        var (network, weights) = Cancelling();
        foreach (var normalization in new[] { null, new Normalization([0.5, 0.5, 0.5], [0.2, 0.2, 0.2]) })
        {
            var path = Saved(network, weights.Copy(), normalization);
            var (code, output, error) = await Slim.Run("export", path, "--onnx", $"{path}.onnx");
            Assert.Equal((0, ""), (code, error));
            Assert.Contains("of noise", output);
            Assert.True(File.Exists($"{path}.onnx"));
        }
        weights.Dispose();
    }

    [Fact]
    public void Rounding_is_allowed_for_and_a_mistake_is_not()
    {
        using var scope = torch.NewDisposeScope();
        var (network, weights) = Cancelling();
        var noise = OnnxCheck.Noise(network, 8);
        var difference = OnnxCheck.Difference(OnnxExport.Of(network, weights), network, weights, noise);
        Assert.InRange(difference, OnnxCheck.Tolerance, OnnxCheck.Allowed(network, weights, noise));
        using var wrong = weights.Copy();
        wrong["back.bias"].sub_(torch.tensor(0.1f));
        difference = OnnxCheck.Difference(OnnxExport.Of(network, wrong), network, weights, noise);
        Assert.True(difference > 10 * OnnxCheck.LargestTolerance);
        // Where float32 is exact enough, nothing more is allowed.
        var chain = Topologies.All["chain"];
        using var drawn = Drawn.Weights(chain);
        Assert.Equal(OnnxCheck.Tolerance, OnnxCheck.Allowed(chain, drawn, OnnxCheck.Noise(chain, 8)));
        weights.Dispose();
    }

    [Theory]
    [InlineData("twoInputs")]
    [InlineData("twoOutputs")]
    public async Task Networks_of_several_inputs_or_outputs_are_exported_too(string name)
    {
        var path = Saved(Topologies.All[name], Drawn.Weights(Topologies.All[name]));
        var (code, output, error) = await Slim.Run("export", path, "--onnx", $"{path}.onnx");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("of noise", output);
    }

    [Fact]
    public async Task Recalibrating_a_network_without_BatchNorm_says_that_there_is_nothing_to_do()
    {
        var b = new NetworkBuilder("plain", new Shape(3, 8, 8));
        var x = b.Activation("relu", b.Convolution("conv", b.Input, 16));
        var network = b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 4));
        var path = Saved(network, Drawn.Weights(network));
        string[] command = ["prune", path, "--criterion", "l1", "--macs", "0.6", "--out", $"{path}.cut"];
        var (code, output, _) = await Slim.Run([.. command, "--recalibrate"]);
        Assert.Equal(0, code);
        Assert.Contains("Nothing to recalibrate", output);
        using var cut = SlimFile.Load($"{path}.cut");
        Assert.All(Verification.Of(cut), c => Assert.True(c.Holds, c.ToString()));
    }
}
