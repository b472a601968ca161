using System.Diagnostics;
using System.Globalization;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>A run of more epochs than anybody trains.</summary>
[Collection(nameof(Alone))]
public class LongRunTests
{
    private const int Epochs = 100_000;

    [Theory]
    [InlineData("penalty")]
    [InlineData("penalty {0}")] // another measure in every epoch
    public async Task A_report_of_many_epochs_takes_seconds_and_little_room(string measure)
    {
        var run = Path.Combine(Machine.Folder(), "run");
        await Json(TrainFor("1", run));
        await File.WriteAllLinesAsync(
            Path.Combine(run, "metrics.jsonl"),
            Enumerable
                .Range(1, Epochs)
                .Select(e =>
                    $$"""{"epoch":{{e}},"trainLoss":1,"seconds":1,"measures":{"{{string.Format(CultureInfo.InvariantCulture, measure, e)}}":1} }"""
                ),
            TestContext.Current.CancellationToken
        );
        var (page, watch) = (Path.Combine(Machine.Folder(), "page.html"), Stopwatch.StartNew());
        await Json("report", run, "--no-measuring", "--out", page);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.InRange(new FileInfo(page).Length, 1, 2_000_000);
        Assert.Contains("<td>100000</td>", await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken));
    }
}
