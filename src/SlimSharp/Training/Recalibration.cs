using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// BatchNorm recalibration: the running statistics of a cut network taken anew on training images. They are those of
/// inputs that lost channels, which costs more accuracy than the lost channels do.
/// </summary>
public static class Recalibration
{
    private const int BatchSize = 64;

    /// <summary>
    /// Replaces the running means and variances of all BatchNorms by those over <paramref name="images"/> images,
    /// spread over the set and not augmented. Weights stay as they are.
    /// </summary>
    /// <exception cref="DataException">The images are not those that the network takes.</exception>
    public static void Run(Model model, ImageSet train, Normalization normalization, int images = 2048)
    {
        train.CheckFits(model.Network);
        var source = ImageBatches.InOrder(train, normalization);
        Run(model, train.Spread(images).Chunk(BatchSize).Select(b => source.Make(b)));
    }

    /// <summary>
    /// The same over all samples of a source, of images or of anything else; a single one is left out.
    /// </summary>
    /// <exception cref="DataException">The samples are not those that the network takes.</exception>
    public static void Run(Model model, BatchSource source) => Run(model, source.All());

    private static void Run(Model model, IEnumerable<Batch> batches)
    {
        using var still = torch.no_grad();
        using var copy = new Model(Forgetful(model.Network), model.CopyWeights()) { Options = model.Options };
        Statistics[] norms = [.. copy.Network.BatchNorms.Select(n => new Statistics(n, copy))];
        copy.train();
        foreach (var given in batches)
        {
            using var scope = torch.NewDisposeScope();
            using var batch = given;
            if (batch.Count == 1)
                continue; // has no variance
            copy.Run(batch.InputsFor(copy)); // all outputs: no BatchNorm is left out
            foreach (var norm in norms)
                norm.Take(batch.Count);
        }
        foreach (var norm in norms)
            norm.Put(model);
    }

    // After a training pass its running statistics are those of the batch.
    private static Network Forgetful(Network network) =>
        new(network.Name, [.. network.Nodes.Select(n => n with { Layer = n.Layer.Forgetful() })], network.Outputs);

    /// <summary>The statistics of one BatchNorm over several batches.</summary>
    private sealed class Statistics(Node node, Model model)
    {
        private readonly string _mean = $"{node.Name}.{node.Layer.Statistics()!.Mean}";
        private readonly string _variance = $"{node.Name}.{node.Layer.Statistics()!.Variance}";
        private readonly long _places =
            model.Network.Shapes[node.Name].Count / model.Network.Shapes[node.Name].Channels;
        private double[] _sum = [];
        private double[] _squares = [];
        private double _count;

        internal void Take(int images)
        {
            var (mean, variance) = (Numbers.Read(model[_mean]), Numbers.Read(model[_variance]));
            var n = (double)images * _places;
            if (_count == 0)
                (_sum, _squares) = (new double[mean.Length], new double[mean.Length]);
            for (var c = 0; c < mean.Length; c++)
            {
                _sum[c] += n * mean[c];
                _squares[c] += (n - 1) * variance[c] + n * mean[c] * mean[c];
            }
            _count += n;
        }

        internal void Put(Model target)
        {
            if (_count < 2)
                throw new DataException("There are no samples to take BatchNorm statistics of; give two or more.");
            Numbers.Write(target[_mean], [.. _sum.Select(s => s / _count)]);
            Numbers.Write(
                target[_variance],
                [.. _squares.Zip(_sum, (q, s) => Math.Max(q - s * s / _count, 0) / (_count - 1))]
            );
        }
    }
}
