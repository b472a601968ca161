using System.Text.Json.Nodes;
using SlimSharp.Experiments;
using SlimSharp.Networks;

namespace SlimSharp.Cli;

/// <summary>Shows a cut: what is planned, and what became of it.</summary>
internal static class CutView
{
    internal static void Show(Screen screen, PlannedCut cut)
    {
        if (cut.Latency is { } latency)
            LatencyView.Show(screen, latency);
        if (cut.Candidates.Length > 0)
            Show(screen, cut.Candidates);
        if (cut.ControlOf is { } plan)
            screen.Say(
                $"Control: {Word(cut.Options.Control!.Value)}, {Macs(cut.Plan.Target())} MACs in place of {Macs(plan.Target())}."
            );
        screen.Say(cut.Plan.Explain());
    }

    internal static void Show(Screen screen, PrunedModel model)
    {
        screen.Say(model.Constants);
        var (certificate, options) = (model.Certificate, model.Cut.Options);
        screen.Say(
            $"Certificate: structure {Words.Number(certificate.StructureDifference, "G2")}, function {Words.Number(certificate.FunctionDifference, "G2")} of the largest output (float64); {Words.Number(certificate.FunctionDifference32, "G2")} in float32."
        );
        screen.Say(
            model.Before is null
                ? $"Accuracy was not measured: {model.WhyNoScore}."
                : $"Accuracy on {model.Before.Count} validation images: {Words.Percent(model.Before.Accuracy, 2)} before, {Words.Percent(model.After!.Accuracy, 2)} after the cut, without retraining."
        );
        if (model.Recalibrated is { } recalibrated)
            screen.Say(
                $"With BatchNorm statistics of {model.RecalibrationImages} training images taken anew: {Words.Percent(recalibrated.Accuracy, 2)}."
            );
        else if (model.RecalibrationImages == 0 && (options.Recalibrate || options.Candidates > 1))
            screen.Say("Nothing to recalibrate: this network has no BatchNorm, whose statistics would be taken anew.");
        screen.Say($"{model.File} ({Words.Size(model.Bytes)}). Retrain with: slim retrain {model.File} --out DIR");
        Emit(screen, model);
    }

    /// <summary>A control as it is typed.</summary>
    internal static string Word(CutControl control) => $"{control}".ToLowerInvariant();

    private static string Macs(Network network) => Words.Count(NetworkCost.Of(network).Macs);

    private static void Show(Screen screen, IEnumerable<CutCandidate> candidates) =>
        screen.Table(
            "Candidates:",
            ["", "parameters", "MACs", "cut", "recalibrated"],
            candidates.Select(
                (c, i) =>
                    (IReadOnlyList<string>)
                        [
                            i == 0 ? "as asked for" : $"layers weighed by seed {c.Plan.Options.Jitter}",
                            Words.Count(c.Cost.Parameters),
                            Words.Count(c.Cost.Macs),
                            Words.Percent(c.Cut, 2),
                            Words.Percent(c.Recalibrated, 2),
                        ]
            )
        );

    private static void Emit(Screen screen, PrunedModel model)
    {
        var (certificate, warnings) = (model.Certificate, model.Cut.Plan.Warnings);
        screen.Emit(
            new()
            {
                ["file"] = model.File,
                ["parameters"] = certificate.Parameters,
                ["macs"] = certificate.Macs,
                ["structureDifference"] = certificate.StructureDifference,
                ["functionDifference"] = certificate.FunctionDifference,
                ["accuracyBefore"] = model.Before?.Accuracy,
                ["accuracyAfter"] = model.After?.Accuracy,
                ["accuracyRecalibrated"] = model.Recalibrated?.Accuracy,
                ["whyNoAccuracy"] = model.WhyNoScore,
                ["warnings"] = new JsonArray([.. warnings.Select(w => (JsonNode)w.Text)]),
                ["warningKinds"] = new JsonArray([.. warnings.Select(w => (JsonNode)w.Kind)]),
            }
        );
    }
}
