namespace SlimSharp.Runs;

/// <content>Where values lie.</content>
public static partial class Charts
{
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

    /// <summary>
    /// Histograms side by side, one for each value of the horizontal axis: the more there is, the darker.
    /// </summary>
    /// <param name="title">What is shown, for those who cannot see it.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">
    /// The vertical axis, which the parts of each histogram divide equally from its beginning to its end.
    /// </param>
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
}
