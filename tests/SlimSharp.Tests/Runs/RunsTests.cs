using System.Xml.Linq;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Runs;

public class RunsTests
{
    [Fact]
    public void Charts_are_well_formed_and_draw_every_value()
    {
        var lines = XElement.Parse(Svg.Lines([new("a <b> & c", [1, 2, double.NaN, 3]), new("d", [0, 5])]));
        Assert.Equal([3, 2], lines.Elements("polyline").Select(p => p.Attribute("points")!.Value.Split(' ').Length));
        Assert.Contains(lines.Elements("text"), t => t.Value == "a <b> & c");
        var histogram = XElement.Parse(Svg.Histogram([0, 0.1, 0.1, 1], bins: 10));
        Assert.Equal(10, histogram.Elements("rect").Count());
        var bars = XElement.Parse(Svg.BeforeAndAfter([("conv", 64, 16), ("other", 32, 32)]));
        double[] widths = [.. bars.Elements("rect").Select(r => double.Parse(r.Attribute("width")!.Value))];
        Assert.Equal(4, widths[0] / widths[1], 0.01);
        Assert.Equal(widths[2], widths[3]);
        foreach (var empty in new[] { Svg.Lines([new("none", [])]), Svg.Histogram([]), Svg.BeforeAndAfter([]) })
            XElement.Parse(empty);
    }

    [Fact]
    public void A_page_escapes_what_it_is_given()
    {
        var page = new ReportPage("<title>")
            .Text("a & b")
            .Table(
                "t",
                ["<x>"],
                [
                    ["<y>"],
                ]
            )
            .Verbatim("v", "<pre>")
            .ToString();
        Assert.DoesNotContain("<x>", page);
        Assert.DoesNotContain("<y>", page);
        Assert.Contains("a &amp; b", page);
        Assert.Contains("&lt;title&gt;", page);
    }

    [Fact]
    public void A_run_folder_is_made_once_and_opened_after()
    {
        var path = Path.Combine(Machine.Folder(), "run");
        var folder = RunFolder.Create(path, """{"a":1}""");
        Assert.False(folder.IsFinished || folder.HasCheckpoint);
        Assert.Equal("""{"a":1}""", RunFolder.Open(path).ReadOptions());
        Assert.Contains("is not empty", Assert.Throws<RunException>(() => RunFolder.Create(path, "{}")).Message);
        Assert.Contains(
            "is a file",
            Assert.Throws<RunException>(() => RunFolder.Create(folder.OptionsFile, "{}")).Message
        );
        Assert.Contains("no run folder", Assert.Throws<RunException>(() => RunFolder.Open(Machine.Folder())).Message);
        folder.WriteMetrics(["{}", "[]"]);
        Assert.Equal("{}\n[]\n", File.ReadAllText(folder.MetricsFile));
    }
}
