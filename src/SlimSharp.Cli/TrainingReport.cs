using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Runs;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>The page of a run: what it was, how it went, and what its scales look like.</summary>
internal static class TrainingReport
{
    internal static string Page(RunOptions options, SlimFile result, TrainingPosition position)
    {
        var (cost, history) = (NetworkCost.Of(result.Network), position.History);
        var page = new ReportPage($"{result.Network.Name}: {options.Command}")
            .Table(
                "Result",
                ["", ""],
                [
                    ["parameters", Words.Count(cost.Parameters)],
                    ["MACs per image", Words.Count(cost.Macs)],
                    [
                        "accuracy on validation images, last epoch",
                        history[^1].ValidationAccuracy is { } v ? Words.Percent(v, 2) : "–",
                    ],
                    ["scales near zero", Words.Percent(history[^1].NearZero)],
                    ["seconds of training", Words.Number(position.Seconds, "F0")],
                    ["scales exactly zero", Words.Percent(history[^1].Zero)],
                    ["penalty", Method(options)],
                ]
            )
            .Picture(
                "Accuracy by epoch",
                Svg.Lines(
                    Curves(("training", m => m.TrainAccuracy), ("validation", m => m.ValidationAccuracy ?? double.NaN)),
                    "0.00"
                )
            )
            .Picture(
                "Loss by epoch",
                Svg.Lines(Curves(("training", m => m.TrainLoss), ("validation", m => m.ValidationLoss ?? double.NaN)))
            )
            .Picture("Share of scales near zero by epoch", Svg.Lines(Curves(("near zero", m => m.NearZero)), "0.00"))
            .Picture("BatchNorm scales, absolute", Svg.Histogram(Scales.Absolute(result.Network, result.Weights)));
        foreach (var name in history.SelectMany(m => m.Measures?.Keys ?? []).Distinct())
            page.Picture(
                $"{name} by epoch",
                Svg.Lines(Curves((name, m => m.Measures?.GetValueOrDefault(name, double.NaN) ?? double.NaN)))
            );
        if (result.Plan is { } plan)
            page.Picture(
                "Channels before and after the cut",
                Svg.BeforeAndAfter([.. plan.Groups.Select(g => (g.Group, (double)g.Units, (double)g.Kept.Length))])
            );
        return page.Verbatim("Options", options.ToJson()).ToString();

        Series[] Curves(params (string Name, Func<EpochMetrics, double> Value)[] curves) =>
            [.. curves.Select(c => new Series(c.Name, [.. history.Select(c.Value)]))];
    }

    /// <summary>Penalty, λ and method in words.</summary>
    internal static string Method(RunOptions options) =>
        options switch
        {
            { Method.Variational: { } v } =>
                $"variational scales, σ₀ = {Words.Number(v.Deviation)}, rate of ln σ² {Words.Number(v.Rate)}",
            { Penalty: null } => "none",
            { Method.Steering: { } s } => $"{options.Penalty}, λ steered to {Words.Percent(s.TargetMacs)} of the MACs",
            { Method: { Kind: Cli.Method.Splitting } m } =>
                $"{options.Penalty}, λ = {Words.Number(options.Lambda)}, splitting with β = {Words.Number(m.Coupling!.Value)}",
            { Method.Kind: Cli.Method.Prox } => $"{options.Penalty}, λ = {Words.Number(options.Lambda)}, proximal",
            _ => $"{options.Penalty}, λ = {Words.Number(options.Lambda)}",
        };
}
