using System.Globalization;
using System.Net;
using System.Text;

namespace SlimSharp.Runs;

/// <summary>Charts as SVG elements, coloured by the page they stand on.</summary>
public static class Svg
{
    private const int Width = 720;
    private const int Height = 240;
    private const int Left = 52;
    private const int Bottom = 26;
    private const int Top = 18;

    private static readonly string[] Colours = ["var(--a)", "var(--b)", "var(--quiet)", "var(--ink)"];

    /// <summary>Lines over epochs, from 1.</summary>
    public static string Lines(IReadOnlyList<Series> series, string format = "0.###")
    {
        var values = series.SelectMany(s => s.Values).Where(double.IsFinite).DefaultIfEmpty(0).ToArray();
        var (low, high) = (values.Min(), Math.Max(values.Max(), values.Min() + 1e-9));
        var count = Math.Max(series.Max(s => s.Values.Count), 2);
        double X(int i) => Left + (Width - Left - 10.0) * i / (count - 1);
        double Y(double v) => Top + (Height - Top - Bottom) * (high - v) / (high - low);

        var svg = Begin();
        foreach (var v in new[] { low, (low + high) / 2, high })
        {
            Line(svg, Left, Y(v), Width - 10, Y(v));
            Label(svg, Left - 6, Y(v) + 4, v.ToString(format, CultureInfo.InvariantCulture), "end");
        }
        foreach (var i in new[] { 0, (count - 1) / 2, count - 1 }.Distinct())
            Label(svg, X(i), Height - 8, $"{i + 1}", "middle");
        foreach (var (s, n) in series.Select((s, n) => (s, n)))
        {
            var points = s
                .Values.Select((v, i) => (v, i))
                .Where(p => double.IsFinite(p.v))
                .Select(p => Invariant($"{X(p.i):F1},{Y(p.v):F1}"));
            svg.Append(
                $"<polyline points=\"{string.Join(' ', points)}\" fill=\"none\" stroke=\"{Colours[n % 4]}\" stroke-width=\"2\"/>"
            );
            svg.Append(
                Invariant(
                    $"<text x=\"{Left + 8 + 170 * n}\" y=\"12\" style=\"fill:{Colours[n % 4]}\">{WebUtility.HtmlEncode(s.Name)}</text>"
                )
            );
        }
        return End(svg);
    }

    /// <summary>How many values lie in each of <paramref name="bins"/> equal parts of their range.</summary>
    public static string Histogram(IReadOnlyList<double> values, int bins = 60)
    {
        var high = values.Count == 0 ? 1 : Math.Max(values.Max(), 1e-12);
        var counts = new int[bins];
        foreach (var v in values)
            counts[Math.Clamp((int)(v / high * bins), 0, bins - 1)]++;
        var most = Math.Max(counts.Max(), 1);
        var step = (Width - Left - 10.0) / bins;
        var svg = Begin();
        for (var i = 0; i < bins; i++)
        {
            var h = (Height - Top - Bottom) * (double)counts[i] / most;
            svg.Append(
                Invariant(
                    $"<rect x=\"{Left + i * step:F1}\" y=\"{Height - Bottom - h:F1}\" width=\"{step - 1:F1}\" height=\"{h:F1}\" fill=\"var(--a)\"/>"
                )
            );
        }
        Label(svg, Left - 6, Top + 4, $"{most}", "end");
        Label(svg, Left, Height - 8, "0", "start");
        Label(svg, Width - 10, Height - 8, high.ToString("G3", CultureInfo.InvariantCulture), "end");
        return End(svg);
    }

    /// <summary>For each name a bar for before, with the part that is left filled.</summary>
    public static string BeforeAndAfter(IReadOnlyList<(string Name, double Before, double After)> rows)
    {
        const int RowHeight = 20;
        const int NameWidth = 160;
        var most = rows.Count == 0 ? 1 : rows.Max(r => r.Before);
        var svg = new StringBuilder(
            $"<svg viewBox=\"0 0 {Width} {RowHeight * rows.Count + 4}\" width=\"{Width}\" role=\"img\">"
        );
        foreach (var (row, i) in rows.Select((r, i) => (r, i)))
        {
            double Length(double v) => (Width - NameWidth - 90) * v / most;
            var y = i * RowHeight;
            Label(svg, NameWidth - 8, y + 14, row.Name, "end");
            svg.Append(
                Invariant(
                    $"<rect x=\"{NameWidth}\" y=\"{y + 3}\" width=\"{Length(row.Before):F1}\" height=\"14\" fill=\"var(--line)\"/>"
                )
            );
            svg.Append(
                Invariant(
                    $"<rect x=\"{NameWidth}\" y=\"{y + 3}\" width=\"{Length(row.After):F1}\" height=\"14\" fill=\"var(--a)\"/>"
                )
            );
            Label(
                svg,
                NameWidth + Length(row.Before) + 6,
                y + 14,
                Invariant($"{row.Before:N0} → {row.After:N0}"),
                "start"
            );
        }
        return End(svg);
    }

    private static StringBuilder Begin() =>
        new($"<svg viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" role=\"img\">");

    private static string End(StringBuilder svg) => svg.Append("</svg>").ToString();

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2) =>
        svg.Append(
            Invariant($"<line x1=\"{x1:F1}\" y1=\"{y1:F1}\" x2=\"{x2:F1}\" y2=\"{y2:F1}\" stroke=\"var(--line)\"/>")
        );

    private static void Label(StringBuilder svg, double x, double y, string text, string anchor) =>
        svg.Append(
            Invariant($"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>")
        );

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
