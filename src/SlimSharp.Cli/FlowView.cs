using System.Text.Json.Nodes;
using SlimSharp.Networks;
using SlimSharp.Regularizers;

namespace SlimSharp.Cli;

/// <summary>Shows the features that a feature flow goes through.</summary>
internal static class FlowView
{
    internal static void Show(Screen screen, Network network)
    {
        var stages = FlowPath.Of(network, new());
        screen.Table(
            "Feature flow, by stages within which features are compared:",
            ["stage", "features of", "nodes"],
            stages.Select(
                (nodes, i) =>
                    (IReadOnlyList<string>)[$"{i + 1}", $"{network.Shapes[nodes[0]]}", string.Join(" → ", nodes)]
            ),
            1,
            2
        );
        var compared = stages.Sum(s => s.Length - 1);
        screen.Say(
            $"{compared} steps count for the length, {stages.Sum(s => s.Length - 2)} bends for the curvature; nodes=A+B+C names others."
        );
        screen.Emit(
            new()
            {
                ["flow"] = new JsonArray([
                    .. stages.Select(s => (JsonNode)new JsonArray([.. s.Select(n => (JsonNode)n)])),
                ]),
            }
        );
    }
}
