using System.Text.Json.Nodes;
using SlimSharp.Experiments;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>Shows how well a criterion foresees what groups of units are worth.</summary>
internal static class GroupView
{
    internal static void Show(Screen screen, GroupMeasures measures)
    {
        screen.Table(
            $"Random groups of units by {measures.Criterion}, removed on {Words.Count(measures.Images)} validation images:",
            ["layer", "groups", "largest change of the loss", "Spearman's correlation"],
            measures
                .ByLayer()
                .Select(l =>
                {
                    GroupTrial[] trials = [.. measures.Trials.Where(t => t.Layer == l.Layer)];
                    return (IReadOnlyList<string>)
                        [
                            l.Layer,
                            $"{trials.Length}",
                            Words.Number(trials.Max(t => t.Change), "G3"),
                            Words.Number(l.Correlation, "F3"),
                        ];
                })
        );
        screen.Say(
            $"Mean over layers: {Words.Number(measures.Mean(), "F3")}. At 1 the sum of single importances puts groups into the order in which the loss misses them; at 0 it says nothing. The report shows them."
        );
        screen.Emit(
            new()
            {
                ["criterion"] = measures.Criterion,
                ["spearman"] = measures.Mean(),
                ["layers"] = new JsonObject(
                    measures.ByLayer().Select(l => KeyValuePair.Create(l.Layer, (JsonNode?)l.Correlation))
                ),
            }
        );
    }
}
