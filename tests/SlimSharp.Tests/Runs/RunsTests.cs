using SlimSharp.Runs;

namespace SlimSharp.Tests.Runs;

public class RunsTests
{
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

    [Theory]
    [InlineData(0.5, 3, 3, true)]
    [InlineData(null, 0, 0, true)]
    [InlineData(2.0, 3, 3, false)]
    [InlineData(-1.0, 3, 3, false)]
    [InlineData(0.5, -5, 3, false)]
    [InlineData(0.5, 3, -3, false)]
    [InlineData(0.5, 3, 1e300, false)]
    public void A_record_with_a_number_that_cannot_be_is_not_believed(
        double? accuracy,
        long macs,
        double seconds,
        bool isRead
    )
    {
        var folder = RunFolder.Create(Path.Combine(Machine.Folder(), "run"), "{}");
        folder.WriteRecord(
            new()
            {
                Measures = Measured.Accuracy(accuracy),
                Macs = macs,
                Seconds = seconds,
            }
        );
        Assert.Equal(isRead, RunRecord.Read(folder.Path) is not null);
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
