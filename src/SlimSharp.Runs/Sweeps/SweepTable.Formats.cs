using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace SlimSharp.Runs;

/// <content>How it is written in each format.</content>
public sealed partial class SweepTable
{
    private string Csv()
    {
        var text = new StringBuilder();
        text.AppendLine(
            string.Join(
                ',',
                [
                    .. Columns.Select(Quote),
                    .. Stages.SelectMany(s => new[] { Quote($"{s} mean"), Quote($"{s} sd") }),
                    "parameters mean,parameters sd,macs mean,macs sd,done,planned,over-pruned,warned",
                ]
            )
        );
        foreach (var row in Rows)
            text.AppendLine(
                string.Join(
                    ',',
                    [
                        .. row.Settings.Select(Quote),
                        .. row
                            .Accuracies.Append(row.Parameters)
                            .Append(row.Macs)
                            .SelectMany(s => new[] { Number(s.Mean), Number(s.Deviation) }),
                        $"{row.Done},{row.Planned},{row.OverPruned},{row.Warned}",
                    ]
                )
            );
        return text.ToString();
    }

    private string Json() =>
        new JsonArray([
            .. Rows.Select(row =>
            {
                var json = new JsonObject();
                foreach (var (column, value) in Columns.Zip(row.Settings))
                    json[column] = value;
                foreach (
                    var (name, spread) in Stages
                        .Zip(row.Accuracies)
                        .Append(("parameters", row.Parameters))
                        .Append(("macs", row.Macs))
                )
                    json[name] = new JsonObject
                    {
                        ["mean"] = double.IsFinite(spread.Mean) ? spread.Mean : null,
                        ["sd"] = double.IsFinite(spread.Deviation) ? spread.Deviation : null,
                    };
                (json["done"], json["planned"], json["overPruned"]) = (row.Done, row.Planned, row.OverPruned);
                json["warned"] = row.Warned;
                return (JsonNode)json;
            }),
        ]).ToJsonString(new() { WriteIndented = true }) + "\n";

    private static string Number(double value) =>
        double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "";

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static string Latex(string[] heads, string[][] cells)
    {
        static string Escape(string text) =>
            text.Contains('\\') || text.Contains('$')
                ? text.Replace("±", "$\\pm$", StringComparison.Ordinal)
                : text.Replace("_", "\\_", StringComparison.Ordinal)
                    .Replace("%", "\\%", StringComparison.Ordinal)
                    .Replace("±", "$\\pm$", StringComparison.Ordinal);
        var text = new StringBuilder();
        text.AppendLine($"\\begin{{tabular}}{{{new string('l', heads.Length)}}}");
        foreach (var row in cells.Prepend(heads))
            text.AppendLine(string.Join(" & ", row.Select(Escape)) + " \\\\");
        return text.AppendLine("\\end{tabular}").ToString();
    }

    private static string Aligned(string[] heads, string[][] cells)
    {
        int[] widths = [.. heads.Select((h, i) => cells.Select(c => c[i].Length).Append(h.Length).Max())];
        string[][] padded = [.. cells.Prepend(heads).Select(r => r.Select((c, i) => c.PadRight(widths[i])).ToArray())];
        return Lines(padded[0], padded[1..], "", "  ", "", rule: false);
    }

    private static string Lines(string[] heads, string[][] cells, string left, string between, string right, bool rule)
    {
        var text = new StringBuilder();
        void Line(IEnumerable<string> row) => text.AppendLine((left + string.Join(between, row) + right).TrimEnd());
        Line(heads);
        if (rule)
            text.AppendLine("|" + string.Concat(heads.Select(_ => "---|")));
        foreach (var row in cells)
            Line(row);
        return text.ToString();
    }
}
