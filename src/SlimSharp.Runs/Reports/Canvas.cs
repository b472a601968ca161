using System.Globalization;
using System.Net;
using System.Text;

namespace SlimSharp.Runs;

/// <summary>
/// An SVG element in the making, coloured by the page that it stands on. All that shows data is in the group "marks".
/// </summary>
internal sealed class Canvas
{
    internal const int Width = 480;
    private const int Colours = 6;

    /// <summary>Lines beyond as many are dashed, and dots rings, to be told from those of the same colour.</summary>
    internal static bool IsDashed(int n) => n >= Colours;

    private readonly StringBuilder _around = new();
    private readonly StringBuilder _marks = new();
    private readonly string _title;
    private readonly double _height;

    internal Canvas(string title, double height) => (_title, _height) = (title, height);

    /// <summary>The colour of the n-th thing.</summary>
    internal static string Colour(int n) => $"var(--c{n % Colours})";

    internal void Label(
        double x,
        double y,
        string text,
        string anchor = "start",
        string? colour = null,
        string? turn = null
    ) =>
        _around.Append(
            Invariant(
                $"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\"{(turn is null ? "" : $" transform=\"rotate({turn})\"")}{(colour is null ? "" : $" style=\"fill:{colour}\"")}>{Safe(text)}</text>"
            )
        );

    internal void Rule(double x1, double y1, double x2, double y2, string kind = "grid") =>
        _around.Append(
            Invariant($"<line class=\"{kind}\" x1=\"{x1:F1}\" y1=\"{y1:F1}\" x2=\"{x2:F1}\" y2=\"{y2:F1}\"/>")
        );

    internal void Frame(double x, double y, double width, double height) =>
        _around.Append(
            Invariant($"<rect class=\"frame\" x=\"{x:F1}\" y=\"{y:F1}\" width=\"{width:F1}\" height=\"{height:F1}\"/>")
        );

    internal void Path(IEnumerable<(double X, double Y)> points, string colour, bool dashed = false)
    {
        var text = string.Join(' ', points.Select(p => Invariant($"{p.X:F1},{p.Y:F1}")));
        _marks.Append($"<polyline points=\"{text}\" stroke=\"{colour}\"{(dashed ? " class=\"dashed\"" : "")}/>");
    }

    internal void Area(IEnumerable<(double X, double Y)> points, string colour) =>
        _marks.Append(
            $"<polygon points=\"{string.Join(' ', points.Select(p => Invariant($"{p.X:F1},{p.Y:F1}")))}\" fill=\"{colour}\" fill-opacity=\"0.1\"/>"
        );

    /// <summary>A dot of the n-th thing; a ring where its lines are dashed.</summary>
    internal void Dot(double x, double y, double radius, int n, string name)
    {
        var fill = IsDashed(n) ? "none" : Colour(n);
        _marks.Append(
            Invariant(
                $"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"{radius:F1}\" fill=\"{fill}\" stroke=\"{Colour(n)}\" stroke-width=\"1.5\"><title>{Safe(name)}</title></circle>"
            )
        );
    }

    internal void Box(
        double x,
        double y,
        double width,
        double height,
        string colour,
        double strength = 1,
        string? name = null
    ) =>
        _marks.Append(
            Invariant(
                $"<rect x=\"{x:F1}\" y=\"{y:F1}\" width=\"{width:F1}\" height=\"{height:F1}\" fill=\"{colour}\"{(strength < 1 ? Invariant($" fill-opacity=\"{strength:0.##}\"") : "")}{(name is null ? "/>" : $"><title>{Safe(name)}</title></rect>")}"
            )
        );

    internal void Curve(double x1, double y1, double x2, double y2, double bend, string colour) =>
        _marks.Append(
            Invariant(
                $"<path d=\"M{x1:F1} {y1:F1}C{x1 + bend:F1} {y1:F1} {x2 + bend:F1} {y2:F1} {x2:F1} {y2:F1}\" stroke=\"{colour}\"/>"
            )
        );

    internal void Mark(double x, double y, string text, string anchor = "start") =>
        _marks.Append(Invariant($"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\">{Safe(text)}</text>"));

    /// <summary>That there is nothing to show.</summary>
    internal void Nothing(double x, double y) => Mark(x, y, "nothing was measured", "middle");

    public override string ToString() =>
        Invariant(
            $"<svg class=\"chart\" viewBox=\"0 0 {Width} {_height:F0}\" role=\"img\" aria-label=\"{Safe(_title)}\">{_around}<g class=\"marks\">{_marks}</g></svg>"
        );

    private static string Safe(string text) => WebUtility.HtmlEncode(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
