using System.Globalization;

namespace SlimSharp.Runs;

/// <summary>
/// A network as a picture: layer under layer, as wide as they have channels; what was cut is hollow; arcs lead past
/// what they skip.
/// </summary>
public static class GraphPicture
{
    private const double Row = 19;
    private const double Left = 168;
    private const double Right = 118; // room for arcs and numbers

    /// <summary>The picture, an SVG element.</summary>
    /// <param name="title">What is shown, for those who cannot see it.</param>
    /// <param name="layers">The layers, producers before consumers.</param>
    public static string Draw(string title, IReadOnlyList<GraphLayer> layers)
    {
        var canvas = new Canvas(title, Row * Math.Max(layers.Count, 1) + 30);
        canvas.Label(Left - 8, 14, "layer", "end");
        canvas.Label(Left, 14, layers.Any(l => l.After is not null) ? "channels (filled: what is left)" : "channels");
        canvas.Frame(Left, 20, Canvas.Width - Left - Right, Row * Math.Max(layers.Count, 1));
        if (layers.Count == 0)
            canvas.Nothing(Canvas.Width / 2, 34);
        var rows = layers.Select((l, i) => (l.Name, i)).ToDictionary(p => p.Name, p => p.i);
        var most = layers.Select(l => l.Before).DefaultIfEmpty(1).Max();
        double Y(int row) => 22 + Row * row;
        foreach (var (layer, row) in layers.Select((l, i) => (l, i)))
        {
            // Square roots, so that narrow layers stay visible beside wide ones.
            double Length(int channels) => (Canvas.Width - Left - Right - 4) * Math.Sqrt((double)channels / most);
            var left = layer.After ?? layer.Before;
            var name =
                $"{layer.Name}: {layer.Kind}, {(left == layer.Before ? Number(left) : left == 0 ? $"{Number(layer.Before)}, gone" : $"{Number(layer.Before)} → {Number(left)}")} channels";
            canvas.Label(Left - 8, Y(row) + 12, Short(layer.Name), "end");
            canvas.Box(Left + 2, Y(row) + 1, Length(layer.Before), Row - 5, "var(--line)", name: name);
            if (left > 0)
                canvas.Box(Left + 2, Y(row) + 1, Length(left), Row - 5, Canvas.Colour(0), name: name);
            canvas.Mark(
                Canvas.Width - 4,
                Y(row) + 12,
                left == layer.Before ? Number(left)
                    : left == 0 ? $"{Number(layer.Before)} gone"
                    : $"{Number(layer.Before)} → {Number(left)}",
                "end"
            );
            foreach (var input in layer.Inputs.Where(rows.ContainsKey).Select(i => rows[i]).Where(i => i < row - 1))
            {
                var x = Canvas.Width - Right + 2;
                canvas.Curve(x, Y(input) + 9, x, Y(row) + 5, Math.Min(8 + 2.5 * (row - input), 34), Canvas.Colour(1));
            }
        }
        return canvas.ToString();
    }

    private static string Number(int n) => n.ToString("N0", CultureInfo.InvariantCulture);

    private static string Short(string name) => name.Length > 26 ? "…" + name[^25..] : name;
}
