using SlimSharp.Data;
using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>Values of nodes over images spread over a set, not augmented, in evaluation.</summary>
internal static class ActivationPass
{
    private const int BatchSize = 32;

    /// <summary>Shows each node's values batch by batch, and returns the number of images.</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="set">The images, which must fit; labels are not looked at.</param>
    /// <param name="normalization">What is done to bytes before the network sees them.</param>
    /// <param name="images">How many images at most.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="see">Takes the values of a node, which are gone afterwards.</param>
    internal static int Run(
        Model model,
        ImageSet set,
        Normalization normalization,
        int images,
        string[] nodes,
        Action<string, torch.Tensor> see
    )
    {
        using var copy = new Model(model.Network, model.CopyWeights()) { Options = ScheduleOptions.Plain };
        copy.eval();
        var (source, places) = (ImageBatches.InOrder(set, normalization), set.Spread(images));
        foreach (var rows in places.Chunk(BatchSize))
        {
            using var scope = torch.NewDisposeScope();
            using var still = torch.no_grad();
            using var batch = source.Make(rows);
            var values = copy.Run(batch.InputsFor(copy), nodes, mode: RunMode.Evaluation);
            foreach (var node in nodes)
                see(node, values[node]);
        }
        return places.Length;
    }
}
