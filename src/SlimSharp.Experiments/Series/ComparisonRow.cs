using System.Globalization;
using System.Text;
using SlimSharp.Networks;
using SlimSharp.Runs;

namespace SlimSharp.Experiments;

/// <summary>
/// What one seed of one row of a comparison measured; accuracies on test images, in [0, 1], null where there is none.
/// </summary>
/// <param name="Name">The row.</param>
public sealed record ComparisonRow(string Name)
{
    /// <summary>Accuracy of the trained network.</summary>
    public double? Trained { get; init; }

    /// <summary>The share of scales that are exactly zero.</summary>
    public double? Zero { get; init; }

    /// <summary>The same of the cut network, without retraining.</summary>
    public double? Cut { get; init; }

    /// <summary>The same with BatchNorm statistics of its own.</summary>
    public double? Recalibrated { get; init; }

    /// <summary>The same, retrained.</summary>
    public double? Retrained { get; init; }

    /// <summary>Seconds of the training.</summary>
    public double? Seconds { get; init; }

    /// <summary>Seconds of the retraining.</summary>
    public double? RetrainingSeconds { get; init; }

    /// <summary>What the network costs that is left.</summary>
    public required NetworkCost Cost { get; init; }

    /// <summary>Means over seeds and their standard deviations, in Markdown.</summary>
    public static string Table(IReadOnlyList<ComparisonRow> rows)
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
}
