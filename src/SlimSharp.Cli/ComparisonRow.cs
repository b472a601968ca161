using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SlimSharp.Networks;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>
/// What one seed of one row of a comparison measured; accuracies on test images, in [0, 1], null where there is none.
/// </summary>
/// <param name="Name">The row.</param>
internal sealed record ComparisonRow(string Name)
{
    internal double? Trained { get; init; }

    /// <summary>The share of scales that are exactly zero.</summary>
    internal double? Zero { get; init; }

    internal double? Cut { get; init; }

    internal double? Recalibrated { get; init; }

    internal double? Retrained { get; init; }

    internal double? Seconds { get; init; }

    internal double? RetrainingSeconds { get; init; }

    internal NetworkCost Cost { get; init; } = null!; // whoever makes a row sets it

    /// <summary>Means over seeds and their standard deviations, in Markdown.</summary>
    internal static string Table(IReadOnlyList<ComparisonRow> rows)
    {
        var text = new StringBuilder();
        text.AppendLine(
            "| method | trained | scales zero | cut | recalibrated | retrained | parameters | MACs | training s | retraining s |"
        );
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var row in rows.GroupBy(r => r.Name))
        {
            string Accuracy(Func<ComparisonRow, double?> value) =>
                Spread.Of([.. row.Select(r => 100 * value(r)).OfType<double>()]).ToString("F2");
            string Mean(Func<ComparisonRow, double?> value, string format = "N0") =>
                row.Any(r => value(r) is null)
                    ? "–"
                    : row.Average(r => value(r)!.Value).ToString(format, CultureInfo.InvariantCulture);
            text.AppendLine(
                $"| {row.Key} | {Accuracy(r => r.Trained)} | {Mean(r => 100 * r.Zero, "F1")} % | {Accuracy(r => r.Cut)} | {Accuracy(r => r.Recalibrated)} | {Accuracy(r => r.Retrained)} "
                    + $"| {Mean(r => r.Cost.Parameters)} | {Mean(r => r.Cost.Macs)} | {Mean(r => r.Seconds)} | {Mean(r => r.RetrainingSeconds)} |"
            );
        }
        return text.ToString().Replace("– %", "–", StringComparison.Ordinal);
    }

    internal JsonObject ToJson() =>
        new()
        {
            ["method"] = Name,
            ["trained"] = Trained,
            ["zero"] = Zero,
            ["cut"] = Cut,
            ["recalibrated"] = Recalibrated,
            ["retrained"] = Retrained,
            ["parameters"] = Cost.Parameters,
            ["macs"] = Cost.Macs,
            ["seconds"] = Seconds,
            ["retrainingSeconds"] = RetrainingSeconds,
        };
}
