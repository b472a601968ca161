using SlimSharp.Data;
using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// How much channels vary over some images and their positions, where layers with weights read them. Needs no labels.
/// </summary>
public sealed class Activations : Evidence
{
    private Activations(int images, IReadOnlyDictionary<string, double[]> variances) =>
        (Images, Variances) = (images, variances);

    /// <inheritdoc/>
    public override int Images { get; }

    /// <summary>By node, the variance of every channel.</summary>
    internal IReadOnlyDictionary<string, double[]> Variances { get; }

    /// <summary>Measures on images spread over a set, not augmented, in evaluation.</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="set">The images; labels are not looked at.</param>
    /// <param name="normalization">What is done to bytes before the network sees them.</param>
    /// <param name="images">How many images at most.</param>
    /// <exception cref="DataException">The images are not those that the network takes.</exception>
    public static Activations Of(Model model, ImageSet set, Normalization normalization, int images = 512)
    {
        set.CheckFits(model.Network);
        string[] nodes =
        [
            .. model
                .Network.Nodes.Where(model.Network.HasWeights)
                .SelectMany(n => n.Inputs)
                .Where(i => !model.Network[i].IsInput)
                .Distinct(),
        ];
        var sums = nodes.ToDictionary(n => n, n => new Sums(model.Network.Shapes[n].Channels));
        var count = ActivationPass.Run(
            model,
            set,
            normalization,
            images,
            nodes,
            (node, value) => sums[node].Add(value)
        );
        return new(count, sums.ToDictionary(s => s.Key, s => s.Value.Variances()));
    }

    /// <summary>Sums over what was seen, channel by channel.</summary>
    private sealed class Sums(int channels)
    {
        private readonly double[] _values = new double[channels];
        private readonly double[] _squares = new double[channels];
        private long _count;

        internal void Add(torch.Tensor value)
        {
            var others = Numbers.AllButChannels(value);
            var wide = value.to(torch.float64);
            var (sums, squares) = (Numbers.Read(wide.sum(others)), Numbers.Read(wide.mul(wide).sum(others)));
            for (var channel = 0; channel < channels; channel++)
            {
                _values[channel] += sums[channel];
                _squares[channel] += squares[channel];
            }
            _count += value.numel() / channels;
        }

        internal double[] Variances() =>
            [.. _values.Zip(_squares, (v, s) => Math.Max(0, s / _count - v / _count * (v / _count)))];
    }
}
