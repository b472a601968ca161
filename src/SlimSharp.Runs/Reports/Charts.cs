namespace SlimSharp.Runs;

/// <summary>Charts as SVG elements, with axes, units and legends, coloured by the page that they stand on. They scale to the room they get.</summary>
public static class Charts
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
                    plot.Canvas.Path(run.Select(p => (plot.X(p.X), plot.Y(p.Y))), Canvas.Colour(n), Canvas.IsDashed(n));
                foreach (var (px, py) in dots || single ? run : [])
                    plot.Canvas.Dot(
                        plot.X(px),
                        plot.Y(py),
                        3,
                        Canvas.Colour(n),
                        $"{s.Name}: {y.Write(py)} at {x.Write(px)}"
                    );
            }
        }
        if (!any)
            plot.Canvas.Nothing(plot.Middle.X, plot.Middle.Y);
        return plot.Canvas.ToString();
    }

    /// <summary>Dots with names, and a line through those that nothing beats: less on the horizontal axis is better, more on the vertical.</summary>
    /// <param name="title">What is shown, for those who cannot see it.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="dots">The dots; those of one group have one colour.</param>
    public static string Scatter(string title, Axis x, Axis y, IReadOnlyList<ScatterDot> dots)
    {
        string[] groups = [.. dots.Select(d => d.Group).Distinct()];
        var plot = new Plot(title, x, y, groups.Length > 1 ? groups : []);
        var front = ScatterDot.Front(dots);
        if (front.Count > 1)
            plot.Canvas.Path(front.Select(d => (plot.X(d.X), plot.Y(d.Y))), "var(--quiet)", dashed: true);
        foreach (var dot in dots)
            plot.Canvas.Dot(
                plot.X(dot.X),
                plot.Y(dot.Y),
                front.Contains(dot) ? 5 : 3.5,
                Canvas.Colour(Array.IndexOf(groups, dot.Group)),
                $"{dot.Name}: {y.Write(dot.Y)}, {x.Write(dot.X)}{(front.Contains(dot) ? " (nothing smaller is better)" : "")}"
            );
        if (dots.Count == 0)
            plot.Canvas.Nothing(plot.Middle.X, plot.Middle.Y);
        return plot.Canvas.ToString();
    }

    /// <summary>How many values lie in each of equal parts of an axis.</summary>
    /// <param name="title">What is shown, for those who cannot see it.</param>
    /// <param name="x">The axis; what lies outside counts at its ends.</param>
    /// <param name="values">The values.</param>
    /// <param name="of">What is counted, as in scales.</param>
    /// <param name="bins">How many parts.</param>
    /// <param name="uprights">Values to be marked, with names.</param>
    public static string Histogram(
        string title,
        Axis x,
        IReadOnlyList<double> values,
        string of,
        int bins = 48,
        IEnumerable<(double Value, string Name)>? uprights = null
    )
    {
        var counts = new int[bins];
        foreach (var v in values.Where(double.IsFinite))
            counts[x.Part(v, bins)]++;
        var plot = new Plot(title, x, new(of, 0, Math.Max(counts.Max(), 1)), []);
        var (left, right) = (plot.X(x.Low), plot.X(x.High));
        var width = (right - left) / bins;
        for (var i = 0; i < bins; i++)
        {
            if (counts[i] == 0)
                continue;
            var y = plot.Y(counts[i]);
            plot.Canvas.Box(
                left + i * width + 0.5,
                y,
                width - 1,
                plot.Floor - y,
                Canvas.Colour(0),
                name: $"{counts[i]}"
            );
        }
        foreach (var (value, name) in uprights ?? [])
            plot.Upright(value, name);
        if (values.Count == 0)
            plot.Canvas.Nothing(plot.Middle.X, plot.Middle.Y);
        return plot.Canvas.ToString();
    }

    /// <summary>Histograms below one another, each with a name and as high as the others.</summary>
    /// <param name="title">What is shown, for those who cannot see it.</param>
    /// <param name="x">The axis that all share.</param>
    /// <param name="rows">The names, and how much lies in each of equal parts of the axis.</param>
    public static string Ridges(string title, Axis x, IReadOnlyList<(string Name, IReadOnlyList<double> Counts)> rows)
    {
        const double Left = 92;
        const double Row = 34;
        var width = Canvas.Width - Left - 14;
        var canvas = new Canvas(title, 8 + Row * rows.Count + 42);
        for (var r = 0; r < rows.Count; r++)
        {
            var (name, counts) = rows[r];
            var (floor, most) = (8 + Row * (r + 1), counts.DefaultIfEmpty().Max());
            canvas.Rule(Left, floor, Left + width, floor);
            canvas.Label(Left - 6, floor - 4, Short(name), "end");
            for (var i = 0; i < counts.Count && most > 0; i++)
            {
                var (step, height) = (width / counts.Count, (Row - 6) * counts[i] / most);
                if (counts[i] > 0)
                    canvas.Box(
                        Left + i * step + 0.5,
                        floor - height,
                        step - 1,
                        height,
                        Canvas.Colour(r),
                        name: FormattableString.Invariant($"{name}: {counts[i]:0.#}")
                    );
            }
        }
        var bottom = 8 + Row * rows.Count;
        foreach (var (value, text) in x.Ticks())
        {
            canvas.Rule(Left + width * x.At(value), bottom, Left + width * x.At(value), bottom + 4, "tick");
            canvas.Label(Math.Min(Left + width * x.At(value), Canvas.Width - 16), bottom + 17, text, "middle");
        }
        canvas.Label(Left + width / 2, bottom + 35, x.Label, "middle");
        return canvas.ToString();
    }

    /// <summary>Histograms side by side, one for each value of the horizontal axis: the more there is, the darker.</summary>
    /// <param name="title">What is shown, for those who cannot see it.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis, which the parts of each histogram divide equally from its beginning to its end.</param>
    /// <param name="columns">Where each histogram stands, and its counts.</param>
    /// <param name="levels">Values of the vertical axis to be marked, with names.</param>
    public static string HeatMap(
        string title,
        Axis x,
        Axis y,
        IReadOnlyList<(double X, IReadOnlyList<int> Counts)> columns,
        IEnumerable<(double Value, string Name)>? levels = null
    )
    {
        var plot = new Plot(title, x, y, []);
        var (left, right) = (plot.X(x.Low), plot.X(x.High));
        var (low, high) = (plot.Y(y.Low), plot.Y(y.High));
        for (var c = 0; c < columns.Count; c++)
        {
            var counts = columns[c].Counts;
            var most = Math.Max(counts.Max(), 1);
            // Halfway to the neighbours.
            var from = c == 0 ? left : plot.X((columns[c - 1].X + columns[c].X) / 2);
            var to = c == columns.Count - 1 ? right : plot.X((columns[c].X + columns[c + 1].X) / 2);
            var height = (low - high) / counts.Count;
            for (var i = 0; i < counts.Count; i++)
            {
                if (counts[i] > 0)
                    plot.Canvas.Box(
                        from,
                        low - (i + 1) * height,
                        Math.Max(to - from, 0.5),
                        height,
                        Canvas.Colour(0),
                        0.15 + 0.85 * Math.Sqrt((double)counts[i] / most)
                    );
            }
        }
        foreach (var (value, name) in levels ?? [])
            plot.Level(value, name);
        if (columns.Count == 0)
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
