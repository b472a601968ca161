using System.Text.Json;
using System.Text.Json.Nodes;
using SlimSharp.Data;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;

namespace SlimSharp.Cli;

/// <summary>Guidance on λ: how hard the loss holds scales now, and what a training from the start would need.</summary>
internal static class LambdaGuide
{
    private static readonly double[] Shares = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];

    internal static void Show(Screen screen, SlimFile file, DataOptions data, string? text)
    {
        if (text is null)
            throw new UsageException("--lambda-range needs a --penalty, such as --penalty tl1:a=1.");
        var penalty = MethodArguments.Parse(text, null);
        var train =
            ImageSets.For(screen, file, data).Train
            ?? throw new DataException($"In '{data.Path}' there are no training images.");
        using var model = file.ToModel();
        var range = LambdaRange.Of(model, train, file.Normalization!, penalty);
        screen.Table(
            $"How hard the loss holds scales against {penalty}, |∂loss/∂γ|/J'(γ), over {range.Ratios.Count} scales that are not zero; a larger λ than that shrinks them now:",
            ["share of scales", "below λ"],
            Shares.Select(s => (IReadOnlyList<string>)[Words.Percent(s, 0), Words.Number(range.Quantile(s), "G3")])
        );
        var least = Least(file, train, penalty);
        if (least is { } value)
            screen.Say(
                double.IsFinite(value)
                    ? $"In a training like this file's, a scale that the loss does nothing to keep falls from {Words.Number(Initialization.Scale)} to zero if λ is {Words.Number(value, "G3")} or more."
                    : LambdaRange.NoLambda(penalty)
            );
        var quantiles = new JsonObject();
        foreach (var share in Shares)
            quantiles[Words.Number(share)] = range.Quantile(share) is var q && double.IsFinite(q) ? q : null;
        screen.Emit(
            new()
            {
                ["penalty"] = $"{penalty}",
                ["quantiles"] = quantiles,
                ["least"] = least is { } l && double.IsFinite(l) ? l : null,
            }
        );
    }

    private static double? Least(SlimFile file, ImageSet train, Penalty penalty)
    {
        if (!file.Provenance.TryGetValue("options", out var json))
            return null;
        try
        {
            var training = RunOptions.FromJson(json).Training;
            return LambdaRange.Least(penalty, training, training.StepsPerEpoch(train.Count));
        }
        catch (JsonException)
        {
            return null; // of a version that wrote other options
        }
    }
}
