using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Onnx;

/// <summary>
/// Gives a network whose BatchNorms were folded away scales again: behind every convolution that has none a BatchNorm
/// of the mean and variance that images show there, whose scale and shift undo it, so that the function is the same.
/// </summary>
public static class ScaleRestoration
{
    private const int BatchSize = 64;

    /// <summary>The network with BatchNorms and its weights; the caller disposes it.</summary>
    /// <param name="network">The network, with one input.</param>
    /// <param name="weights">Its parameters and buffers.</param>
    /// <param name="images">Some hundred training images.</param>
    /// <param name="normalization">What is done to their bytes.</param>
    /// <returns>
    /// Its <see cref="ImportedNetwork.Difference"/> is the largest of the function on these images, relative to the
    /// largest output, in double precision.
    /// </returns>
    /// <exception cref="OnnxException">
    /// Every convolution has a BatchNorm already, or the function did not stay the same.
    /// </exception>
    public static ImportedNetwork Run(Network network, Weights weights, ImageSet images, Normalization normalization)
    {
        string[] bare =
        [
            .. network
                .Nodes.Where(n => IsBare(n) && n.Shares is null && network.Nodes.All(o => o.Shares != n.Name))
                .Where(n => !network.Nodes.Any(o => o.Layer.Statistics() is not null && o.Inputs.Contains(n.Name)))
                .Select(n => n.Name),
        ];
        bool IsBare(Node node) => network.HasWeights(node) && network.Shapes[node.Name].IsImage;
        if (bare.Length == 0)
            throw new OnnxException("Every convolution has a BatchNorm already; there is none to restore.");
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var batch = ImageBatches
            .InOrder(images, normalization)
            .Make(images.Spread(Math.Min(BatchSize, images.Count)));
        using var model = new Model(network, weights.Copy(torch.float64));
        model.eval();
        var inputs = new Dictionary<string, torch.Tensor>
        {
            [network.Inputs.Single().Name] = batch.Images.to(torch.float64),
        };
        var values = model.Run(inputs, [.. bare, .. network.Outputs]);
        var restored = new Network(
            network.Name,
            [.. network.Nodes.SelectMany(n => Nodes(n, bare))],
            [.. network.Outputs.Select(o => Reads(o, bare))]
        );
        var all = weights.Copy();
        foreach (var name in bare)
        {
            var value = values[name];
            var (mean, variance) = (value.mean([0, 2, 3]), value.var([0, 2, 3], unbiased: false));
            using Scalar epsilon = new BatchNorm().Epsilon;
            void Put(string parameter, torch.Tensor numbers) =>
                all[$"{NameOf(name)}.{parameter}"] = numbers.to(torch.float32);
            // Of the rounded variance, so that scale and deviation cancel.
            Put("running_mean", mean);
            Put("running_var", variance);
            Put("weight", variance.to(torch.float32).to(torch.float64).add(epsilon).sqrt());
            Put("bias", mean);
        }
        using var again = new Model(restored, all.Copy(torch.float64));
        again.eval();
        var outputs = again.Run(inputs);
        var difference = network
            .Outputs.Zip(
                restored.Outputs,
                (a, b) => (double)((values[a] - outputs[b]).abs().max() / values[a].abs().max())
            )
            .Max();
        if (!(difference <= OnnxCheck.Tolerance))
        {
            all.Dispose();
            throw new OnnxException($"With BatchNorms the network differs by {difference:G2} of its largest output.");
        }
        return new(restored, all) { Difference = difference };
    }

    private static string NameOf(string convolution) => $"{convolution}.norm";

    private static string Reads(string input, string[] bare) => bare.Contains(input) ? NameOf(input) : input;

    private static IEnumerable<Node> Nodes(Node node, string[] bare)
    {
        yield return node with
        {
            Inputs = [.. node.Inputs.Select(i => Reads(i, bare))],
        };
        if (bare.Contains(node.Name))
            yield return new(NameOf(node.Name), new BatchNorm(), [node.Name]);
    }
}
