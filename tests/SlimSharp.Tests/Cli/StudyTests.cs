using System.Collections.Immutable;
using System.Globalization;
using SlimSharp.Cli;
using SlimSharp.Penalties;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Cli;

[Collection(nameof(Alone))]
public class StudyTests
{
    public static TheoryData<string> Studies =>
        [
            .. Directory
                .GetFiles(Folder, "*.toml")
                .Select(f => Path.GetFileName(f)!)
                .Where(f => !f.StartsWith("claims", StringComparison.Ordinal)),
        ];

    private static string Folder => Path.Combine(Machine.Root, "studies");

    [Theory]
    [MemberData(nameof(Studies))]
    public void Every_run_of_a_study_is_a_command_that_can_be_typed(string file) =>
        SweepCheck.Check(SweepFile.Read(Path.Combine(Folder, file)).Expand());

    [Fact]
    public void The_published_study_trains_every_network_on_every_data_set_with_every_penalty_for_as_long_as_published()
    {
        var runs = SweepFile.Read(Path.Combine(Folder, "paper.toml")).Expand();
        var trained = runs.Where(r => r.Command == "train").ToArray();
        Assert.Equal(3 * 3 * 11 * 5, trained.Length);
        Assert.Equal(9 * trained.Length, runs.Count(r => r.Command == "retrain"));
        Assert.All(
            runs.Where(r => r.Command != "prune"),
            r =>
                Assert.Equal(
                    r.Settings["data"].EndsWith("svhn", StringComparison.Ordinal) ? "20" : "160",
                    r.Options["epochs"]
                )
        );
    }

    [Theory]
    [InlineData("claims.toml")]
    [InlineData("claims-paper.toml")]
    [InlineData("claims-slope.toml")]
    [InlineData("claims-regularizers.toml")]
    public void Every_claim_is_about_cases_that_its_study_runs_often_enough_to_decide_it(string claims)
    {
        var file = ClaimFile.Read(Path.Combine(Folder, claims));
        var empty = file.Sweeps.ToDictionary(
            s => s.Name,
            s => new SweepResults
            {
                Plan = SweepFile.Read(Path.Combine(Folder, Path.GetFileNameWithoutExtension(s.Results) + ".toml")),
                Results = ImmutableSortedDictionary<int, SweepResult>.Empty,
            }
        );
        foreach (var test in ClaimTest.All(file, empty).SelectMany(c => c.Tests))
            // The least p-value that Holm's correction can leave.
            Assert.True(file.Claims.Length * Math.Pow(2, -test.Planned) <= file.Significance);
    }

    /// <summary>
    /// Every strength of a study is that which its search, on validation images, has found, once that is finished.
    /// </summary>
    [Fact]
    public void Strengths_are_those_that_were_searched_for()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Machine.Root, "docs", "study"), "*-search.json"))
        {
            var study = Path.GetFileName(file).Replace("-search.json", ".toml", StringComparison.Ordinal);
            var cases = SweepFile.Read(Path.Combine(Folder, study)).Stages[0].Cases;
            var search = SweepResults.Read(file);
            if (search.Results.Count < search.Plan.Expand().Length)
                continue;
            foreach (var choice in SweepChoice.Of(search).Where(c => c.IsTaken))
            {
                foreach (var (option, value) in choice.Settings)
                    Assert.Equal(
                        double.Parse(value, CultureInfo.InvariantCulture),
                        double.Parse(
                            cases.Single(c => c.Name == choice.Case).Options[option],
                            CultureInfo.InvariantCulture
                        )
                    );
            }
            var proximal = cases.Single(c => c.Name == "l1 proximal");
            Assert.Equal(cases.Single(c => c.Name == "l1").Options["lambda"], proximal.Options["lambda"]);
        }
    }

    [Fact]
    public async Task Answers_are_printed_whole_a_line_each_however_long()
    {
        var file = Path.Combine(Folder, "claims.toml");
        var (code, output, error) = await Slim.Run("sweep", "claims", file);
        Assert.True(code == 0, error);
        Assert.All(ClaimFile.Read(file).Claims, c => Assert.Contains($" {c.Text} ", output));
    }

    /// <summary>The table of accuracies that users choose a strength by.</summary>
    [Fact]
    public void The_advice_on_strengths_has_the_figures_of_the_search()
    {
        var search = SweepResults.Read(Path.Combine(Machine.Root, "docs", "study", "pocket-search.json"));
        var trained = search
            .Plan.Stages[0]
            .Cases.ToDictionary(c => c.Name, c => c.Options.GetValueOrDefault("penalty"));
        string[][] table =
        [
            .. File.ReadLines(Path.Combine(Machine.Root, "docs", "choosing-a-penalty.md"))
                .Where(l => l.StartsWith("| `", StringComparison.Ordinal))
                .Select(l => l.Trim('|', ' ').Split(" | ")),
        ];
        var choices = SweepChoice.Of(search).Where(c => c.Settings.ContainsKey("lambda")).ToArray();
        Assert.Equal(choices.Length, 4 * table.Length);
        string[] strengths = ["0.0001", "0.0003", "0.001", "0.003"];
        foreach (var choice in choices)
        {
            var row = table.Single(r => r[0].Trim('`') == trained[choice.Case]);
            Assert.Equal(Slope(Penalty.Parse(trained[choice.Case]!).SlopeAtZero), row[1]);
            var cell = row[2 + Array.IndexOf(strengths, choice.Settings["lambda"])];
            Assert.Equal(choice.Accuracies[^1].ToString("F1", CultureInfo.InvariantCulture), cell);
        }
    }

    /// <summary>The table of differences that users choose a penalty by.</summary>
    [Fact]
    public void The_advice_on_penalties_has_the_figures_of_the_study()
    {
        var study = SweepResults.Read(Path.Combine(Machine.Root, "docs", "study", "pocket.json"));
        string[] columns = ["cut: 0.2", "retrain: 0.2", "retrain: 0.4", "retrain: 0.6"];
        var table = File.ReadLines(Path.Combine(Machine.Root, "docs", "choosing-a-penalty.md"))
            .SkipWhile(l => !l.StartsWith("| instead of", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(l => l.Length > 0)
            .Select(l => l.Trim('|', ' ').Split(" | "))
            .ToArray();
        Assert.NotEmpty(table);
        foreach (var row in table)
        {
            var differences = SweepPairs
                .Of(study, "case", row[0], "l1")
                .ToDictionary(p => $"{p.Stage}: {p.Settings.Split("ratio ")[^1].Split(',')[0]}", p => p.Accuracy);
            var options = study.Plan.Stages[0].Cases.Single(c => c.Name == row[0]).Options;
            Assert.Equal(
                options.TryGetValue("penalty", out var penalty)
                    ? Slope(Number(options["lambda"]) * Penalty.Parse(penalty).SlopeAtZero)
                    : "–",
                row[1]
            );
            foreach (var (column, cell) in columns.Zip(row[2..]))
            {
                var (low, high) = differences[column].Interval();
                Assert.Equal(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(low + high) / 2:+0.0;−0.0;0.0} ± {(high - low) / 2:F1}"
                    ),
                    cell
                );
            }
        }
    }

    /// <summary>The table that puts transformed l1 beside l1 where both pull as hard.</summary>
    [Fact]
    public void The_advice_at_equal_slope_has_the_figures_of_its_study()
    {
        var study = SweepResults.Read(Path.Combine(Machine.Root, "docs", "study", "pocket-slope.json"));
        var table = File.ReadLines(Path.Combine(Machine.Root, "docs", "choosing-a-penalty.md"))
            .SkipWhile(l => !l.StartsWith("| λ·J'(0) | penalty", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(l => l.Length > 0)
            .Select(l => l.Trim('|', ' ').Split(" | "))
            .ToArray();
        Assert.Equal(4, table.Length);
        foreach (var row in table)
        {
            var options = study.Plan.Stages[0].Cases.Single(c => c.Name == $"{row[1]}, slope {row[0]}").Options;
            Assert.Equal(Number(options["lambda"]), Number(row[2]));
            Assert.Equal(Slope(Number(row[2]) * Penalty.Parse(options["penalty"]).SlopeAtZero), row[0]);
            SweepResult[] Of(string stage, string? ratio) =>
                [
                    .. study
                        .Plan.Expand()
                        .Where(r => r.Stage == stage && r.Settings["case"] == $"{row[1]}, slope {row[0]}")
                        .Where(r => ratio is null || r.Settings["ratio"] == ratio)
                        .Where(r => study.Results.ContainsKey(r.Number))
                        .Select(r => study.Results[r.Number]),
                ];
            string Mean(SweepResult[] results) =>
                (100 * results.Average(r => r.Accuracy)).ToString("F1", CultureInfo.InvariantCulture);
            Assert.Equal(row[3], $"{Of("cut", "0.6").Length}");
            Assert.Equal(row[5..], new[] { "0.2", "0.4", "0.6" }.Select(r => Mean(Of("cut", r))));
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Slope(double slope) =>
        double.IsInfinity(slope) ? "∞"
        : slope >= 1 ? slope.ToString("G3", CultureInfo.InvariantCulture)
        : slope.ToString("0e-0", CultureInfo.InvariantCulture);
}
