using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>Shows how much of a network is small, and what it does without that.</summary>
internal static class SparsityView
{
    /// <summary>Prints a table by layer, and returns what it shows.</summary>
    internal static IReadOnlyList<LayerSparsity> Show(Screen screen, SlimFile file)
    {
        var layers = LayerSparsity.Of(file.Network, file.Weights);
        screen.Table(
            $"Weights below {Words.Percent(LayerSparsity.WeightThreshold, 0)} of their layer's largest, filters below {Words.Percent(LayerSparsity.FilterThreshold, 0)} of theirs (BatchNorm folded in):",
            ["layer", "weights", "small", "filters", "small"],
            layers.Select(l =>
                (IReadOnlyList<string>)
                    [
                        l.Node,
                        Words.Count(l.Weights),
                        Words.Percent((double)l.SmallWeights / l.Weights),
                        l.Filters == 0 ? "" : Words.Count(l.Filters),
                        l.Filters == 0 ? "" : Words.Percent((double)l.SmallFilters / l.Filters),
                    ]
            )
        );
        return layers;
    }

    /// <summary>Shares of what is small, and accuracy without it, by name.</summary>
    internal static IEnumerable<KeyValuePair<string, double>> Measure(
        Screen screen,
        SlimFile file,
        IReadOnlyList<LayerSparsity> layers,
        ImageSet set
    )
    {
        double Share(Func<LayerSparsity, long> part, Func<LayerSparsity, long> whole) =>
            (double)layers.Sum(part) / Math.Max(layers.Sum(whole), 1);
        double Accuracy(Func<Weights> without)
        {
            using var model = new Model(file.Network, without());
            return Evaluation.Of(model, set, file.Normalization!).Accuracy;
        }
        KeyValuePair<string, double>[] measured =
        [
            new("small weights", Share(l => l.SmallWeights, l => l.Weights)),
            new(
                "accuracy without small weights",
                Accuracy(() => LayerSparsity.WithoutSmallWeights(file.Network, file.Weights))
            ),
            new("small filters", Share(l => l.SmallFilters, l => l.Filters)),
            new(
                "accuracy without small filters",
                Accuracy(() => LayerSparsity.WithoutSmallFilters(file.Network, file.Weights))
            ),
        ];
        screen.Say(string.Join(", ", measured.Select(m => $"{m.Key} {Words.Percent(m.Value, 2)}")));
        return measured;
    }
}
