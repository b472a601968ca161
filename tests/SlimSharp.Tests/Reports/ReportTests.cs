using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Reports;

/// <summary>Reports over real runs of networks of three kinds.</summary>
[Collection(nameof(Alone))]
public class ReportTests
{
    // What is wrong with the charts of the page that is open.
    private const string Faults = """
        (() => {
          document.querySelectorAll('details').forEach(d => d.open = true);
          const faults = [], width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth > width) faults.push('the page is wider than its window');
          const charts = [...document.querySelectorAll('svg.chart')];
          for (const chart of charts) {
            const name = chart.getAttribute('aria-label'), box = chart.getBoundingClientRect();
            if (box.width < 200 || box.height < 50) faults.push(name + ' has no room');
            if (box.left < 0 || box.right > width + 0.5) faults.push(name + ' sticks out of the page');
            if (12 * box.width / 480 < 8.5) faults.push(name + ' has letters too small to read');
            const marks = chart.querySelector('.marks');
            if (!marks || marks.children.length === 0) faults.push(name + ' is empty');
            const outside = (e, of, slack) => { const b = e.getBoundingClientRect();
              return b.left < of.left - slack || b.right > of.right + slack || b.top < of.top - slack || b.bottom > of.bottom + slack; };
            for (const e of chart.querySelectorAll('text, line, rect, circle, polyline, path'))
              if (outside(e, box, 1)) faults.push(`${name}: ${e.tagName} '${e.textContent}' sticks out of the picture`);
            const frame = chart.querySelector('.frame').getBoundingClientRect();
            for (const e of marks.querySelectorAll('rect, circle, polyline'))
              if (outside(e, frame, 6)) faults.push(`${name}: ${e.tagName} '${e.textContent}' sticks out of the frame`);
          }
          const style = getComputedStyle(document.body);
          return { charts: charts.map(c => c.getAttribute('aria-label')), faults, ink: style.color, paper: style.backgroundColor };
        })()
        """;

    private static readonly Lazy<Task<string>> Runs = new(async () =>
    {
        var root = Machine.Folder();
        string In(string name) => Path.Combine(root, name);
        await Json(Train(In("a"), "--penalty", "l1", "--lambda", "2e-2", "--tensorboard"));
        await Json("prune", In("a"), "--ratio", "0.3");
        await Json("retrain", In("a"), "--epochs", "2", "--threads", "1", "--out", In("b"));
        foreach (var model in (string[])["resnet20", "densenet40"])
        {
            string[] train = Train(In(model), "--penalty", "tl1:a=1", "--lambda", "1e-2");
            train[2] = model;
            train[4] = "0.3";
            train[10] = "1";
            await Json(train);
            await Json("prune", In(model), "--ratio", "0.4");
        }
        return root;
    });

    [Fact]
    public async Task A_report_says_where_everything_comes_from_and_asks_nobody()
    {
        var root = await Runs.Value;
        var path = Path.Combine(root, "all.html");
        var written = (await Json("report", root, "--out", path, "--threads", "1"))[^1];
        Assert.Equal(7, (int)written["networks"]!);
        var page = await File.ReadAllTextAsync(path);
        foreach (
            var expected in (string[])
                [
                    "Accuracy against milliseconds",
                    "Trial cuts on",
                    "Mistakes on 200 test images",
                    "how the gap opens",
                    "The network and what was cut",
                    "command line",
                    "training images (SHA-256)",
                    "certificate of the cut",
                    "l1, λ = 0.02",
                ]
        )
            Assert.Contains(expected, page);
        Assert.DoesNotMatch(new Regex("(src|href)=\"(?!data:)|url\\(|@import|<script"), page);
        // Accuracy is that of 'evaluate', and a second report measures nothing again but time.
        var accuracy = (double)(await Json("evaluate", Path.Combine(root, "b")))[0]["accuracy"]!;
        Assert.Contains($"{100 * accuracy:F2} %", page);
        var measures = Path.Combine(root, "a", "model.measures.json");
        var before = File.GetLastWriteTimeUtc(measures);
        await Json("report", Path.Combine(root, "a"), "--threads", "1");
        Assert.Equal(before, File.GetLastWriteTimeUtc(measures));
        Assert.NotNull(JsonNode.Parse(await File.ReadAllTextAsync(measures))!["curve"]);
        Assert.True(File.Exists(Path.Combine(root, "a", SlimSharp.Runs.EventFile.Name)));
    }

    [Fact]
    public async Task Without_measuring_a_report_shows_what_is_there()
    {
        var root = await Runs.Value;
        var path = Path.Combine(root, "plain.html");
        await Json("report", Path.Combine(root, "a"), Path.Combine(root, "b"), "--no-measuring", "--out", path);
        var page = await File.ReadAllTextAsync(path);
        Assert.DoesNotContain("milliseconds", page);
        Assert.DoesNotContain("Mistakes", page);
        Assert.Contains("Accuracy by epoch", page);
    }

    [Fact]
    [Trait("Length", "long")]
    public async Task A_browser_shows_every_chart_in_its_frame_in_both_themes_on_phone_and_screen()
    {
        var root = await Runs.Value;
        var path = Path.Combine(root, "looked-at.html");
        await Json("report", root, "--out", path, "--threads", "1");
        await using var browser = await Browser.Start();
        var papers = new HashSet<string>();
        foreach (var (width, dark) in new[] { (400, false), (400, true), (1400, false), (1400, true) })
        {
            await browser.Open(path, width, dark);
            var seen = await browser.Ask(Faults);
            Assert.Empty(seen["faults"]!.AsArray().Select(f => (string)f!));
            Assert.InRange(seen["charts"]!.AsArray().Count, 30, 300);
            papers.Add($"{seen["ink"]} on {seen["paper"]}");
            await browser.Photograph(
                Path.Combine(Machine.Root, "artifacts", "report", $"{width}-{(dark ? "dark" : "light")}.png")
            );
        }
        Assert.Equal(2, papers.Count);
        Assert.Empty(browser.Errors);
        Assert.All(browser.Requests, r => Assert.Matches("^(file|data):", r));
    }
}
