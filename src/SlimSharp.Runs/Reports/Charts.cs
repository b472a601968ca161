namespace SlimSharp.Runs;

/// <summary>
/// Charts as SVG elements, with axes, units and legends, coloured by the page that they stand on. They scale to the
/// room they get.
/// </summary>
public static partial class Charts
{
    /// <summary>Lines, with a legend if they are several.</summary>
    /// <param name="title">What is shown, for those who cannot see it.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="series">The lines.</param>
    /// <param name="dots">Whether every point is marked, its values shown where it is pointed at.</param>
    /// <param name="uprights">Values of the horizontal axis to be marked, with names.</param>
    /// <param name="levels">Values of the vertical axis to be marked, with names.</param>
    public static string Lines(
        string title,
        Axis x,
        Axis y,
        IReadOnlyList<Series> series,
        bool dots = false,
        IEnumerable<(double Value, string Name)>? uprights = null,
        IEnumerable<(double Value, string Name)>? levels = null
    )
    {
        var plot = new Plot(title, x, y, series.Count > 1 ? [.. series.Select(s => s.Name)] : []);
        foreach (var (value, name) in uprights ?? [])
            plot.Upright(value, name);
        foreach (var (value, name) in levels ?? [])
            plot.Level(value, name);
        var any = false;
        foreach (var (s, n) in series.Select((s, n) => (s, n)))
        {
            if (s.Deviations is { } deviations)
                Band(plot, s, deviations, Canvas.Colour(n));
        }
        foreach (var (s, n) in series.Select((s, n) => (s, n)))
        {
            foreach (var run in Runs(s))
            {
                any = true;
                var single = run.Count == 1;
                if (!single)
                    plot.Canvas.Path(
                        Visible([.. run.Select(p => (plot.X(p.X), plot.Y(p.Y)))]),
                        Canvas.Colour(n),
                        Canvas.IsDashed(n)
                    );
                foreach (var (px, py) in dots || single ? run : [])
                    plot.Canvas.Dot(plot.X(px), plot.Y(py), 3, n, $"{s.Name}: {y.Write(py)} at {x.Write(px)}");
            }
        }
        if (!any)
            plot.Canvas.Nothing(plot.Middle.X, plot.Middle.Y);
        return plot.Canvas.ToString();
    }

    /// <summary>
    /// Dots with names and, unless it is left away, a line through those that nothing beats: less on the horizontal
    /// axis is better, more on the vertical.
    /// </summary>
    /// <param name="title">What is shown, for those who cannot see it.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="dots">The dots; those of one group have one colour.</param>
    /// <param name="hasFront">Whether the line is drawn.</param>
    public static string Scatter(string title, Axis x, Axis y, IReadOnlyList<ScatterDot> dots, bool hasFront = true)
    {
        string[] groups = [.. dots.Select(d => d.Group).Distinct()];
        var plot = new Plot(title, x, y, groups.Length > 1 ? groups : []);
        var front = hasFront ? ScatterDot.Front(dots) : [];
        if (front.Count > 1)
            plot.Canvas.Path(front.Select(d => (plot.X(d.X), plot.Y(d.Y))), "var(--quiet)", dashed: true);
        foreach (var dot in dots)
            plot.Canvas.Dot(
                plot.X(dot.X),
                plot.Y(dot.Y),
                front.Contains(dot) ? 5 : 3.5,
                Array.IndexOf(groups, dot.Group),
                $"{dot.Name}: {y.Write(dot.Y)}, {x.Write(dot.X)}{(front.Contains(dot) ? " (nothing smaller is better)" : "")}"
            );
        if (dots.Count == 0)
            plot.Canvas.Nothing(plot.Middle.X, plot.Middle.Y);
        return plot.Canvas.ToString();
    }

    /// <summary>What was said of images of each class.</summary>
    /// <param name="title">What is shown, for those who cannot see it.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="counts">For each true class, how many were taken for each class.</param>
    public static string Confusion(
        string title,
        IReadOnlyList<string> classes,
        IReadOnlyList<IReadOnlyList<long>> counts
    )
    {
        const double Left = 92;
        const double Top = 34;
        var cell = (Canvas.Width - Left - 12) / classes.Count;
        var canvas = new Canvas(title, Top + cell * classes.Count + 98);
        canvas.Frame(Left, Top, cell * classes.Count, cell * classes.Count);
        canvas.Label(
            Left + cell * classes.Count / 2,
            16,
            "taken for →  (rows: what it is; percent of the row)",
            "middle"
        );
        var every = Math.Max((int)Math.Ceiling(14 / cell), 1); // labels that have room
        for (var row = 0; row < classes.Count; row++)
        {
            var whole = Math.Max(counts[row].Sum(), 1);
            if (row % every == 0)
            {
                canvas.Label(Left - 5, Top + (row + 0.5) * cell + 4, Short(classes[row]), "end");
                var (x, y) = (Left + (row + 0.5) * cell + 4, Top + cell * classes.Count + 8);
                canvas.Label(x, y, Short(classes[row]), "end", turn: FormattableString.Invariant($"-60 {x:F1} {y:F1}"));
            }
            for (var column = 0; column < classes.Count; column++)
            {
                var share = (double)counts[row][column] / whole;
                if (counts[row][column] == 0)
                    continue;
                canvas.Box(
                    Left + column * cell,
                    Top + row * cell,
                    cell,
                    cell,
                    Canvas.Colour(row == column ? 0 : 1),
                    Math.Min(0.08 + share, 1),
                    $"{classes[row]} taken for {classes[column]}: {counts[row][column]}"
                );
                if (cell >= 26 && share >= 0.005)
                    canvas.Mark(
                        Left + (column + 0.5) * cell,
                        Top + (row + 0.5) * cell + 4,
                        FormattableString.Invariant($"{100 * share:0}"),
                        "middle"
                    );
            }
        }
        return canvas.ToString();
    }

    private static void Band(Plot plot, Series series, IReadOnlyList<double> deviations, string colour)
    {
        (double X, double Low, double High)[] edges =
        [
            .. series
                .X.Select((x, i) => (x, Low: series.Y[i] - deviations[i], High: series.Y[i] + deviations[i]))
                .Where(e => double.IsFinite(e.Low)),
        ];
        if (edges.Length > 1)
            plot.Canvas.Area(
                [
                    .. edges.Select(e => (plot.X(e.X), plot.Y(e.High))),
                    .. edges.Reverse().Select(e => (plot.X(e.X), plot.Y(e.Low))),
                ],
                colour
            );
    }

    // Of a long line, what can be seen: where it enters and leaves each slice of the width, and how far up and down it
    // goes there.
    private static IEnumerable<(double X, double Y)> Visible(IReadOnlyList<(double X, double Y)> line)
    {
        const int Slices = 4; // of a unit of the width, of which a screen may have some pixels
        return line.Count <= Canvas.Width * Slices
            ? line
            : line.Select((p, i) => (p.X, p.Y, At: i))
                .GroupBy(p => (int)(p.X * Slices))
                .SelectMany(slice =>
                    new[] { slice.First(), slice.MinBy(p => p.Y), slice.MaxBy(p => p.Y), slice.Last() }
                        .DistinctBy(p => p.At)
                        .OrderBy(p => p.At)
                )
                .Select(p => (p.X, p.Y));
    }

    // Of a line, what lies between gaps.
    private static IEnumerable<List<(double X, double Y)>> Runs(Series series)
    {
        var run = new List<(double, double)>();
        foreach (var (x, y) in series.X.Zip(series.Y))
        {
            if (double.IsFinite(x) && double.IsFinite(y))
                run.Add((x, y));
            else if (run.Count > 0)
            {
                yield return run;
                run = [];
            }
        }
        if (run.Count > 0)
            yield return run;
    }

    private static string Short(string name) => name.Length > 12 ? name[..11] + "…" : name;
}
