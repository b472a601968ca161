namespace SlimSharp.Runs;

/// <summary>A canvas with two axes, their ticks and labels, and a legend above.</summary>
internal sealed class Plot
{
    private const double Left = 66;
    private const double Right = 14;
    private const double Bottom = 42;
    private const double LegendLine = 16;
    private const double PlotHeight = 210;
    private const double LetterWidth = 6.6;

    private readonly Axis _x;
    private readonly Axis _y;
    private readonly double _top;

    internal Plot(string title, Axis x, Axis y, IReadOnlyList<string> legend)
    {
        (_x, _y) = (x, y);
        var places = Places(legend, out var lines);
        _top = 10 + lines * LegendLine;
        Canvas = new(title, _top + PlotHeight + Bottom);
        for (var i = 0; i < legend.Count; i++)
        {
            var (at, line) = places[i];
            Canvas.Rule(
                at,
                12 + line * LegendLine - 4,
                at + 14,
                12 + line * LegendLine - 4,
                $"key c{i % 6}{(Canvas.IsDashed(i) ? " dashed" : "")}"
            );
            Canvas.Label(at + 18, 12 + line * LegendLine, legend[i]);
        }
        Canvas.Frame(Left, _top, Canvas.Width - Left - Right, PlotHeight);
        foreach (var (value, text) in y.Ticks())
        {
            Canvas.Rule(Left, Y(value), Canvas.Width - Right, Y(value));
            Canvas.Label(Left - 5, Y(value) + 4, text, "end");
        }
        var end = double.NegativeInfinity;
        foreach (var (value, text) in x.Ticks())
        {
            var half = text.Length * LetterWidth / 2;
            var middle = Math.Min(X(value), Canvas.Width - half - 2);
            if (middle - half < end + 4)
                continue;
            end = middle + half;
            Canvas.Rule(X(value), _top + PlotHeight, X(value), _top + PlotHeight + 4, "tick");
            Canvas.Label(middle, _top + PlotHeight + 17, text, "middle");
        }
        Canvas.Label((Left + Canvas.Width - Right) / 2, _top + PlotHeight + 35, x.Label, "middle");
        Canvas.Label(
            12,
            _top + PlotHeight / 2,
            y.Label,
            "middle",
            turn: FormattableString.Invariant($"-90 12 {_top + PlotHeight / 2:F1}")
        );
    }

    internal Canvas Canvas { get; }

    internal double X(double value) => Left + (Canvas.Width - Left - Right) * _x.At(value);

    internal double Y(double value) => _top + PlotHeight * (1 - _y.At(value));

    internal double Floor => _top + PlotHeight;

    internal (double X, double Y) Middle => ((Left + Canvas.Width - Right) / 2, _top + PlotHeight / 2);

    /// <summary>A line across at a value of the horizontal axis.</summary>
    internal void Upright(double value, string name)
    {
        Canvas.Path([(X(value), _top), (X(value), Floor)], "var(--quiet)", dashed: true);
        var right = X(value) > Canvas.Width / 2;
        Canvas.Mark(X(value) + (right ? -4 : 4), _top + 13, name, right ? "end" : "start");
    }

    /// <summary>A line across at a value of the vertical axis.</summary>
    internal void Level(double value, string name)
    {
        Canvas.Path([(Left, Y(value)), (Canvas.Width - Right, Y(value))], "var(--quiet)", dashed: true);
        Canvas.Mark(Canvas.Width - Right - 4, Y(value) < _top + 16 ? Y(value) + 13 : Y(value) - 4, name, "end");
    }

    private static (double X, int Line)[] Places(IReadOnlyList<string> legend, out int lines)
    {
        var places = new (double, int)[legend.Count];
        var (at, line) = (Left, 0);
        for (var i = 0; i < legend.Count; i++)
        {
            var width = 24 + legend[i].Length * LetterWidth;
            if (at > Left && at + width > Canvas.Width)
                (at, line) = (Left, line + 1);
            places[i] = (at, line);
            at += width + 8;
        }
        lines = legend.Count == 0 ? 0 : line + 1;
        return places;
    }
}
