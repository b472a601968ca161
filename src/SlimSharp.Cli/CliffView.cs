using System.Text.Json.Nodes;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>The cliff, seen before the fall: accuracy against what a cut would leave.</summary>
internal static class CliffView
{
    internal static void Show(Screen screen, CliffCurve curve)
    {
        screen.Table(
            $"Trial cuts, on {Words.Count(curve.Images)} validation images (the whole network: {Words.Percent(curve.Whole, 2)}):",
            ["ratio", "parameters", "MACs", "cut", "recalibrated", "at worst", ""],
            curve.Points.Select(p =>
                (IReadOnlyList<string>)
                    [
                        Words.Number(p.Ratio, "0.000"),
                        Words.Count(p.Parameters),
                        Words.Count(p.Macs),
                        Words.Percent(p.Cut, 2),
                        Words.Percent(p.Recalibrated, 2),
                        Words.Points(-100 * p.RecalibratedLoss.AtMost),
                        Bar(p.Recalibrated),
                    ]
            ),
            6
        );
        screen.Say(
            "At worst: points of accuracy that the recalibrated cut gains (+) or loses (−) against the whole network; with 95 % confidence it does no worse."
        );
        screen.Say(
            curve.Gap is { } gap
                ? $"{char.ToUpperInvariant(gap.InWords[0])}{gap.InWords[1..]}."
                : "The scales show no gap."
        );
        screen.Say(curve.Advice);
        screen.Emit(ToJson(curve));
    }

    private static JsonObject ToJson(CliffCurve curve) =>
        new()
        {
            ["whole"] = curve.Whole,
            ["images"] = curve.Images,
            ["largestSafeRatio"] = curve.LargestSafeRatio,
            ["largestSafeRatioAsCut"] = curve.LargestSafeRatioAsCut,
            ["emptiesNoLayerBelow"] = curve.EmptiesNoLayerBelow,
            ["chance"] = curve.Chance,
            ["gap"] = curve.Gap is { } gap
                ? new JsonObject
                {
                    ["share"] = gap.Share,
                    ["below"] = gap.Below,
                    ["above"] = gap.Above,
                }
                : null,
            ["curve"] = new JsonArray([
                .. curve.Points.Select(p =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["ratio"] = p.Ratio,
                            ["parameters"] = p.Parameters,
                            ["macs"] = p.Macs,
                            ["cut"] = p.Cut,
                            ["recalibrated"] = p.Recalibrated,
                            ["cutLosesAtMost"] = p.CutLoss.AtMost,
                            ["recalibratedLosesAtMost"] = p.RecalibratedLoss.AtMost,
                        }
                ),
            ]),
            ["advice"] = curve.Advice,
        };

    // Twenty places for an accuracy of 1.
    private static string Bar(double share) => new('█', (int)Math.Round(20 * share));
}
