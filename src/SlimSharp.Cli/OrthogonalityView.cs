using System.Text.Json.Nodes;
using SlimSharp.Formats;
using SlimSharp.Regularizers;

namespace SlimSharp.Cli;

/// <summary>How orthogonal the filters of a network's layers are, as a table.</summary>
internal static class OrthogonalityView
{
    /// <summary>Prints a table by layer, and returns the scores by name, their mean first.</summary>
    internal static IEnumerable<KeyValuePair<string, double>> Show(Screen screen, SlimFile file)
    {
        using var model = file.ToModel();
        var layers = Orthonormality.Of(model);
        if (layers.Count == 0)
        {
            screen.Say($"{file.Network.Name} has no layer with weights but those that make its outputs.");
            return [];
        }
        screen.Table(
            $"Orthogonality of filters: {Words.Number(layers.Average(l => l.Score), "F3")} on average over layers; 1 if all are orthogonal",
            ["layer", "filters", "numbers each", "weight ω", "penalty R", "score"],
            layers.Select(l =>
                (IReadOnlyList<string>)
                    [
                        l.Layer,
                        Words.Count(l.Filters),
                        Words.Count(l.Columns),
                        Words.Number(l.Weight, "F4"),
                        Words.Number(l.Penalty, "G4"),
                        Words.Number(l.Score, "F3"),
                    ]
            )
        );
        foreach (var layer in layers)
            screen.Emit(
                new()
                {
                    ["layer"] = layer.Layer,
                    ["filters"] = layer.Filters,
                    ["columns"] = layer.Columns,
                    ["weight"] = layer.Weight,
                    ["penalty"] = layer.Penalty,
                    ["orthogonality"] = (JsonNode)layer.Score,
                }
            );
        return
        [
            new("orthogonality", layers.Average(l => l.Score)),
            .. layers.Select(l => KeyValuePair.Create($"orthogonality {l.Layer}", l.Score)),
        ];
    }
}
