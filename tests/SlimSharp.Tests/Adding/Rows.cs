using System.CommandLine;
using System.Text.Json.Serialization;
using SlimSharp.Cli;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Regularizers;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Training;
using SlimSharp.Zoo;

namespace SlimSharp.Tests.Adding;

// csharpier-ignore-start

/// <summary>The rows that the pages put into lists, word for word, where they compile outside of these.</summary>
internal static class Rows
{
    private static readonly Shape Small = new(3, 32, 32);

    internal static RegularizerKind[] Methods { get; } =
    [
        new("lookahead", "weights follow the optimiser's a share of the way", "lookahead:every=5", Lookahead.Read),
    ];

    internal static Dictionary<string, Func<Model, Regularizer[]>> Resumed { get; } = new()
    {
        ["lookahead"] = m => [new Lookahead(m, every: 3)],
    };

    internal static CriterionKind[] Criteria { get; } =
    [
        new("neighbour", "distance from larger filters of the layer", _ => new NeighbourCriterion())
        {
            GrowsWithLayer = true,
        },
    ];

    internal static OptimizerRuleKind[] Rules { get; } =
    [
        new("lion", "the sign of a running mean", "lion:beta1=0.9,beta2=0.99", LionSign.Read),
    ];

    internal static ZooEntry[] Networks { get; } =
    [
        new("allcnn", "the all convolutional net, CIFAR variant", Small, (n, w, s) => AllConvolutional.Create(n, w, s)),
    ];

    internal static RewriteRule[] Rewriting { get; } =
    [
        new UpsampleLast(),
    ];

    internal static Command[] Commands() =>
    [
        GroupsCommand.Create(),
    ];

    /// <summary>A 1×1 convolution behind an enlargement.</summary>
    internal static Network Enlarged()
    {
        var b = new NetworkBuilder("enlarged", new Shape(3, 12, 12));
        var x = b.Node("larger", new Upsample(2) { Bilinear = true }, b.ConvBnRelu("first", b.Input, 8));
        x = b.ConvBnRelu("last", b.Convolution("point", x, 6, kernel: 1), 5, stride: 4);
        return b.Build(b.Linear("classifier", b.Flatten("flatten", x), 5));
    }

    internal static Network[] Topologies { get; } =
        [
            Enlarged(),
        ];

    internal static (string, string)[] Pictures(IReadOnlyList<EpochMetrics> _history) =>
        [
            .. RunPictures.LearningRate(_history),
        ];

    private static class RunPictures
    {
        /// <summary>The learning rate by epoch, if it changes.</summary>
        internal static IEnumerable<(string, string)> LearningRate(IReadOnlyList<EpochMetrics> history)
        {
            double[] rates = [.. history.Select(m => m.LearningRate)];
            if (rates.Distinct().Count() < 2)
                yield break;
            const string Title = "Learning rate by epoch";
            var epochs = Epochs(history[0].Epoch, history[^1].Epoch);
            Series line = new("learning rate", [.. history.Select(m => (double)m.Epoch)], rates);
            var axis = Axis.Over("Learning rate", rates, logarithmic: true);
            yield return (Title, Charts.Lines(Title, epochs, axis, [line]));
        }

        private static Axis Epochs(double first, double last) => new("Epoch", first, last);
    }

    [JsonDerivedType(typeof(PolynomialDecay), "polynomial")]
    internal abstract class LearningRates;
}
// csharpier-ignore-end
