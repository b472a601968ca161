using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>
/// The pictures of one model: how it was trained, what its scales look like, what was cut, and what it mistakes.
/// </summary>
internal static class RunPictures
{
    private const int Columns = 40; // of a heat map
    private const int LayersShown = 24;
    private const int CurvesShown = 8; // of one measure, layer by layer
    private const int MeasuresShown = 48; // more than any regularizer has; each is looked for in every epoch

    /// <summary>Accuracy, loss and whatever else was measured, by epoch.</summary>
    /// <param name="history">The epochs.</param>
    /// <param name="lambda">The strength of the penalty where it was not steered; 0 without a penalty.</param>
    internal static IEnumerable<(string, string)> Training(IReadOnlyList<EpochMetrics> history, double lambda)
    {
        if (history.Count == 0)
            yield break;
        foreach (var name in history.SelectMany(m => m.Train.Keys).Distinct().Take(MeasuresShown))
            yield return Curves(
                Title(name),
                NamedMeasure.ByName(name).IsShare,
                ("training", m => m.Train.TryGetValue(name, out var v) ? v : null),
                ("validation", m => m.Validation?.TryGetValue(name, out var v) == true ? v : null)
            );
        yield return Curves("Loss", false, ("training", m => m.TrainLoss), ("validation", m => m.ValidationLoss));
        yield return Curves(
            "Share of scales near zero",
            true,
            ("near zero", m => m.NearZero),
            ("exactly zero", m => m.Zero)
        );
        if (lambda > 0 && history.All(m => m.Measures?.ContainsKey("λ") != true))
            yield return Curves("λ", false, ("λ", _ => lambda));
        var names = history.SelectMany(m => m.Measures?.Keys ?? []).ToHashSet(StringComparer.Ordinal);
        foreach (var alike in names.ToLookup(Stem).Take(MeasuresShown))
            yield return Curves(
                Title(alike.Key),
                false,
                [.. Spread([.. alike]).Select(n => (n, (Func<EpochMetrics, double?>)(m => Measured(m, n))))]
            );

        static double? Measured(EpochMetrics m, string name) =>
            m.Measures?.TryGetValue(name, out var v) == true ? v : null;

        // What is measured of single layers under a measure's name stands beside it.
        string Stem(string name)
        {
            for (var end = name.IndexOf(' '); end > 0; end = name.IndexOf(' ', end + 1))
            {
                if (names.Contains(name[..end]))
                    return name[..end];
            }
            return name;
        }

        static string Title(string name) => char.IsAscii(name[0]) ? char.ToUpperInvariant(name[0]) + name[1..] : name;

        (string, string) Curves(
            string title,
            bool percent,
            params (string Name, Func<EpochMetrics, double?> Value)[] curves
        )
        {
            var series = curves
                .Select(c => new Series(
                    c.Name,
                    [.. history.Select(m => (double)m.Epoch)],
                    [.. history.Select(m => c.Value(m) ?? double.NaN)]
                ))
                .Where(s => s.Y.Any(double.IsFinite))
                .ToArray();
            return (
                $"{title} by epoch",
                Charts.Lines(
                    $"{title} by epoch",
                    Epochs(history[0].Epoch, history[^1].Epoch),
                    Axis.Over(title, series.SelectMany(s => s.Y), percent: percent),
                    series
                )
            );
        }
    }

    // The first, and some of the others spread over them.
    private static IEnumerable<string> Spread(string[] names) =>
        names.Length <= CurvesShown
            ? names
            : Enumerable
                .Range(0, CurvesShown)
                .Select(i => names[(int)((long)i * (names.Length - 1) / (CurvesShown - 1))]);

    /// <summary>All scales by epoch and at the end, with the threshold of the cut if there was one.</summary>
    internal static IEnumerable<(string, string)> AllScales(SlimFile file, ScaleHistory history, double? threshold)
    {
        (double, string)[] marks = threshold is { } t && t > ScaleHistory.Axis.Low ? [(t, "cut")] : [];
        if (history.Lines.Length > 1)
            yield return (
                "All BatchNorm scales by epoch: how the gap opens",
                Heat("all scales", history, l => Sum(l.Layers.Values), marks)
            );
        var scales = Scales.Absolute(file.Network, file.Weights);
        if (scales.Length > 0)
            yield return (
                "BatchNorm scales at the end",
                Charts.Histogram(
                    "BatchNorm scales at the end",
                    ScaleHistory.Axis,
                    scales,
                    "scales",
                    ScaleHistory.Bins,
                    marks
                )
            );
    }

    /// <summary>The scales of single layers by epoch: all, or some spread over the network.</summary>
    internal static IEnumerable<(string, string)> LayerScales(ScaleHistory history, double? threshold)
    {
        if (history.Lines.Length < 2)
            yield break;
        (double, string)[] marks = threshold is { } t && t > ScaleHistory.Axis.Low ? [(t, "cut")] : [];
        string[] layers = [.. history.Lines[^1].Layers.Keys];
        var shown = Math.Min(layers.Length, LayersShown);
        for (var i = 0; i < shown; i++)
        {
            var layer = layers[i * layers.Length / shown];
            yield return (
                layer,
                Heat(layer, history, l => l.Layers.GetValueOrDefault(layer) ?? new int[ScaleHistory.Bins], marks)
            );
        }
    }

    /// <summary>Accuracy against what trial cuts take away.</summary>
    internal static IEnumerable<(string, string)> Cliff(CliffCurve curve)
    {
        double[] ratios = [.. curve.Points.Select(p => p.Ratio)];
        Series[] series =
        [
            new("recalibrated", ratios, [.. curve.Points.Select(p => p.Recalibrated)]),
            new("as it is cut", ratios, [.. curve.Points.Select(p => p.Cut)]),
        ];
        yield return (
            $"Trial cuts on {Words.Count(curve.Images)} validation images",
            Charts.Lines(
                "Accuracy against the share of scales that is cut",
                new("Share of scales that is cut", 0, 1) { IsPercent = true },
                new("Accuracy", 0, 1) { IsPercent = true },
                series,
                dots: true,
                uprights: curve.EmptiesNoLayerBelow is > 0 and < 1 ? [(curve.EmptiesNoLayerBelow, "layers empty")] : [],
                levels: [(curve.Whole, "whole")]
            )
        );
    }

    /// <summary>What a criterion says of random groups, against what the loss does without them.</summary>
    internal static (string, string) Groups(GroupMeasures measures)
    {
        ScatterDot[] dots =
        [
            .. measures.Trials.Select(t => new ScatterDot(
                $"{t.Units} units of {t.Layer}",
                t.Layer,
                t.Predicted,
                t.Change
            )),
        ];
        var title = $"Random groups of units by {measures.Criterion}: importance and change of the loss";
        return (
            $"{title}, Spearman's correlation {Words.Number(measures.Mean(), "F2")}",
            Charts.Scatter(
                title,
                Axis.Over("Sum of importances", dots.Select(d => d.X)),
                Axis.Over("Change of the loss", dots.Select(d => d.Y)),
                dots,
                hasFront: false
            )
        );
    }

    /// <summary>The network, layer under layer, with what was cut.</summary>
    internal static (string, string) Graph(SlimFile file)
    {
        var source = file.Plan?.Source ?? file.Network;
        var listed = source.Nodes.Where(n => IsListed(source, n)).Select(n => n.Name).ToHashSet();
        IEnumerable<string> Sources(string name) =>
            listed.Contains(name) ? [name] : source[name].Inputs.SelectMany(Sources);
        var layers = source
            .Nodes.Where(n => listed.Contains(n.Name))
            .Select(n => new GraphLayer(
                n.Name,
                n.Layer.GetType().Name,
                [.. n.Inputs.SelectMany(Sources).Distinct()],
                source.Shapes[n.Name].Channels,
                file.Plan is null ? null
                    : file.Network.Shapes.TryGetValue(n.Name, out var left) ? left.Channels
                    : 0
            ))
            .ToArray();
        var title = file.Plan is null ? "The network" : "The network and what was cut";
        return (title, GraphPicture.Draw(title, layers));
    }

    // What follows a layer channel by channel is drawn as one with it.
    private static bool IsListed(Network network, Node node) =>
        !node.IsInput
        && (node.Layer.Traits() is { IsFree: false } or { IsSelection: true })
        && !(
            network.FlowOf(node) is ChannelFlow.Same
            && node.Inputs is [var read]
            && network.Shapes[read] == network.Shapes[node.Name]
            && (node.Layer.Statistics() is null || network.HasWeights(network[read]))
        );

    private static Axis Epochs(double first, double last) =>
        new("Epoch", first, Math.Max(last, first + 1)) { IsWhole = true };

    private static string Heat(
        string title,
        ScaleHistory history,
        Func<ScaleHistory.Line, int[]> counts,
        IEnumerable<(double, string)> marks
    )
    {
        var lines = history.Lines;
        var shown = Math.Min(lines.Length, Columns);
        return Charts.HeatMap(
            $"{title} by epoch",
            Epochs(lines[0].Epoch, lines[^1].Epoch),
            ScaleHistory.Axis,
            [
                .. Enumerable
                    .Range(0, shown)
                    .Select(i => lines[i * (lines.Length - 1) / Math.Max(shown - 1, 1)])
                    .Select(l => ((double)l.Epoch, (IReadOnlyList<int>)counts(l))),
            ],
            marks
        );
    }

    private static int[] Sum(IEnumerable<int[]> counts)
    {
        var sum = new int[ScaleHistory.Bins];
        foreach (var some in counts)
        {
            for (var i = 0; i < sum.Length; i++)
                sum[i] += some[i];
        }
        return sum;
    }
}
