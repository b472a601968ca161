using System.Xml.Linq;
using CsCheck;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Runs;

public class ChartTests
{
    private static readonly Axis X = new("Epoch", 1, 4);

    private static IEnumerable<XElement> Marks(string svg) =>
        XElement.Parse(svg).Elements("g").Single(g => (string?)g.Attribute("class") == "marks").Elements();

    [Fact]
    public void Lines_break_where_a_value_is_missing()
    {
        var svg = Charts.Lines(
            "t",
            X,
            new("Loss", 0, 5),
            [new("a <b> & c", [1, 2, 3, 4, 5], [1, 2, double.NaN, 3, 4]), Series.ByEpoch("d", [0, 5])]
        );
        var lines = Marks(svg).Where(m => m.Name == "polyline");
        Assert.Equal([2, 2, 2], lines.Select(p => p.Attribute("points")!.Value.Split(' ').Length));
        Assert.Contains(XElement.Parse(svg).Elements("text"), t => t.Value == "a <b> & c");
    }

    [Fact]
    public void A_long_line_shows_every_peak_in_few_points()
    {
        const int Length = 100_000;
        double[] y = [.. Enumerable.Range(0, Length).Select(i => i % 9_973 == 77 ? 4.0 : 1)];
        double[] Heights(IEnumerable<double> values)
        {
            var svg = Charts.Lines("t", new("Epoch", 1, Length), new("Loss", 0, 5), [Series.ByEpoch("a", [.. values])]);
            var points = Marks(svg).Single(m => m.Name == "polyline").Attribute("points")!.Value.Split(' ');
            return
            [
                .. points.Select(p => double.Parse(p.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture)),
            ];
        }
        var heights = Heights(y);
        Assert.InRange(heights.Length, 480, 8_000);
        Assert.Equal(y.Count(v => v == 4), heights.Count(h => h == heights.Min()));
        Assert.Equal(1_000, Heights(y.Take(1_000)).Length);
    }

    [Fact]
    public void A_histogram_counts_every_value()
    {
        var bars = Marks(
            Charts.Histogram("t", new("x", 1e-3, 1) { IsLogarithmic = true }, [0, 1e-3, 0.5, 0.5, 7], "scales", 10)
        );
        Assert.Equal(["2", "2", "1"], bars.Select(b => b.Element("title")!.Value).OrderDescending());
    }

    [Fact]
    public void The_front_is_what_nothing_cheaper_beats() =>
        (from x in Gen.Int[0, 9] from y in Gen.Int[0, 9] select new ScatterDot($"{x},{y}", "g", x, y))
            .Array[1, 20]
            .Sample(dots =>
            {
                var front = ScatterDot.Front(dots);
                Assert.All(
                    front,
                    f => Assert.DoesNotContain(dots, d => (d.X <= f.X && d.Y > f.Y) || (d.X < f.X && d.Y >= f.Y))
                );
                Assert.All(dots, d => Assert.Contains(front, f => f.X <= d.X && f.Y >= d.Y));
            });

    [Fact]
    public void A_picture_of_a_network_shows_what_is_left_and_what_is_skipped()
    {
        var marks = Marks(
                GraphPicture.Draw(
                    "t",
                    [
                        new("a", "Conv", [], 64, 16),
                        new("b", "Conv", ["a"], 64, 0),
                        new("sum", "Add", ["a", "b"], 64, 64),
                    ]
                )
            )
            .ToArray();
        double[] widths = [.. marks.Where(m => m.Name == "rect").Select(r => (double)r.Attribute("width")!)];
        Assert.Equal(5, widths.Length); // a whole and left, b whole, sum whole and left
        Assert.Equal(2, widths[0] / widths[1], 0.01); // by square roots
        Assert.Single(marks, m => m.Name == "path");
        Assert.Contains(marks, m => m.Value == "64 gone");
    }

    [Fact]
    public void Mistakes_are_counted_by_row()
    {
        var cells = Marks(
                Charts.Confusion(
                    "t",
                    ["cat", "dog"],
                    [
                        [3, 1],
                        [0, 4],
                    ]
                )
            )
            .Where(m => m.Name == "rect");
        Assert.Equal(
            ["cat taken for cat: 3", "cat taken for dog: 1", "dog taken for dog: 4"],
            cells.Select(c => c.Element("title")!.Value)
        );
    }

    [Fact]
    public void What_is_empty_says_so()
    {
        foreach (
            var svg in (string[])
                [
                    Charts.Lines("t", X, X, [Series.ByEpoch("none", [])]),
                    Charts.Scatter("t", X, X, []),
                    Charts.Histogram("t", X, [], "scales"),
                    Charts.HeatMap("t", X, X, []),
                    GraphPicture.Draw("t", []),
                ]
        )
            Assert.Contains("nothing was measured", svg);
    }

    [Fact]
    public void Every_axis_has_ticks_within_it() =>
        (
            from values in Gen.Double[-1e7, 1e7].Array[0, 6]
            from shrink in Gen.Double[1e-9, 1]
            from logarithmic in Gen.Bool
            from percent in Gen.Bool
            select Axis.Over(
                "x",
                values.Select(v => percent ? Math.Abs(v * 1e-7) : (logarithmic ? Math.Abs(v) + 1e-3 : v) * shrink),
                logarithmic,
                percent
            )
        ).Sample(axis =>
        {
            var ticks = axis.Ticks();
            Assert.InRange(ticks.Count, 2, 20);
            Assert.All(ticks, t => Assert.InRange(axis.At(t.Value), -1e-9, 1 + 1e-9));
            Assert.All(ticks, t => Assert.DoesNotContain("NaN", t.Text));
            Assert.All(ticks, t => Assert.NotEqual("-0 %", t.Text));
            Assert.Equal(ticks.Select(t => t.Value).Order(), ticks.Select(t => t.Value));
        });
}
