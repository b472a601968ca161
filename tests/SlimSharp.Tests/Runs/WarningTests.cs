using System.Text.Json.Nodes;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Tests.Cli;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Warnings are kept with runs and counted wherever their results are shown.</summary>
[Collection(nameof(Alone))]
public class WarningTests
{
    private const string Weak = "9 of 9 trainings: this λ cannot empty a scale";
    private const string NoGap = "12 of 18 cuts: no gap";

    private static readonly RunWarning Strength = new(RunWarning.WeakPenalty, "with λ = 0.001 nothing reaches zero.");

    // All trainings warn, and two thirds of the cuts.
    private static SweepFolder Warned()
    {
        var sweep = Folder();
        new SweepWorker(
            sweep,
            (run, attempt, _, _) =>
            {
                new SweepResult
                {
                    Test = Measured.Accuracy(0.5),
                    Parameters = 100,
                    Macs = 1000,
                    Classes = 10,
                    Warnings =
                        run.Stage == "train" ? [Strength]
                        : run.Stage == "cut" && run.Settings["seed"] != "0"
                            ? [new(PlanWarning.NoGap, "the scales show no gap."), new(PlanWarning.NoGap, "twice.")]
                        : [],
                }.Write(attempt);
                return new(SweepState.Done);
            }
        ).WorkOnAll(default);
        return sweep;
    }

    [Fact]
    public void Runs_that_warn_are_counted_by_stage_and_kind()
    {
        var counted = SweepWarning.Of(SweepResults.Of(Warned()));
        Assert.Equal(
            [("train", 9, 9, RunWarning.WeakPenalty), ("cut", 12, 18, PlanWarning.NoGap)],
            counted.Select(w => (w.Stage, w.Count, w.Finished, w.Warning.Kind))
        );
        Assert.Equal(Weak, $"{counted[0]}");
        Assert.StartsWith(NoGap, $"{counted[1]}");
        Assert.Equal($"{Weak} (run 1: with λ = 0.001 nothing reaches zero)", counted[0].WithExample);
    }

    [Fact]
    public async Task Status_table_collected_results_and_claims_show_them()
    {
        var sweep = Warned();
        async Task<string> Say(params string[] command)
        {
            var (code, output, error) = await Slim.Run(command);
            Assert.True(code == 0, error);
            return output;
        }
        void IsTold(string text)
        {
            Assert.Contains(Weak, text);
            Assert.Contains(NoGap, text);
        }
        IsTold(await Say("sweep", "status", sweep.Path));
        IsTold(await Say("sweep", "run", sweep.Path)); // nothing is left to do
        var status = (await Slim.Json("sweep", "status", sweep.Path))[0]["warnings"]!.AsArray();
        Assert.Equal((9, 9), ((int)status[0]!["runs"]!, (int)status[0]!["of"]!));
        var file = Path.Combine(Machine.Folder(), "a.json");
        await Say("sweep", "collect", sweep.Path, "--out", file);
        foreach (var from in (string[])[sweep.Path, file])
        {
            foreach (var format in (string[])["text", "markdown", "latex"])
                IsTold(await Say("sweep", "table", from, "--format", format));
            var rows = JsonNode.Parse(await Say("sweep", "table", from, "--format", "json"))!.AsArray();
            Assert.All(rows, r => Assert.Equal((int)r!["done"]!, (int)r["warned"]!));
            Assert.EndsWith(",warned", (await Say("sweep", "table", from, "--format", "csv")).Split('\n')[0]);
        }
        var claims = Path.Combine(Path.GetDirectoryName(file)!, "claims.toml");
        await File.WriteAllTextAsync(
            claims,
            """
            title = "t"
            accuracy-margin = 0.5
            cost-margin = 2
            significance = 0.05
            claim = []
            [[sweep]]
            name = "a"
            title = "A"
            results = "a.json"
            """
        );
        foreach (var ending in (string[])["md", "html"])
        {
            var page = Path.ChangeExtension(claims, ending);
            IsTold(await Say("sweep", "claims", claims, "--out", page));
            IsTold(await File.ReadAllTextAsync(page));
        }
    }

    [Fact]
    public void A_run_that_ends_is_told_with_what_it_warned_of()
    {
        var sweep = Warned();
        var (output, caught) = (Console.Out, new StringWriter());
        Console.SetOut(caught);
        try
        {
            SlimSharp.Cli.SweepScreen.Report(new(json: false), sweep, sweep.Runs[0], SweepState.Done, "");
        }
        finally
        {
            Console.SetOut(output);
        }
        Assert.Contains("Warning of run 1: with λ = 0.001 nothing reaches zero.", caught.ToString());
    }

    [Fact]
    public async Task A_training_keeps_its_warnings_and_its_report_and_that_of_several_show_them()
    {
        var root = Machine.Folder();
        string At(string name) => Path.Combine(root, name);
        foreach (var (name, penalty) in new[] { ("a", "l1"), ("b", "mcp:knee=0.25") })
            Assert.Equal(
                0,
                (await Slim.Run(Slim.TrainFor("1", At(name), "--penalty", penalty, "--lambda", "1e-5"))).Code
            );
        var (weak, flat) = (RunRecord.Read(At("a"))!, RunRecord.Read(At("b"))!);
        Assert.Equal([RunWarning.WeakPenalty], weak.Warnings!.Value.Select(w => w.Kind));
        Assert.All(flat.Warnings!.Value, w => Assert.Equal(RunWarning.FlatPenalty, w.Kind));
        var own = await File.ReadAllTextAsync(At("a/report.html"));
        Assert.Contains("1 of 1 trainings: this λ cannot empty a scale", own);
        Assert.Contains("even a scale that the loss does nothing to keep would not reach zero", own);
        Assert.Equal(0, (await Slim.Run("prune", At("a"), "--ratio", "0.5", "--out", At("a/pruned.slim"))).Code);
        Assert.Equal(0, (await Slim.Run("report", root, "--no-measuring", "--out", At("all.html"))).Code);
        var page = await File.ReadAllTextAsync(At("all.html"));
        Assert.Contains("1 of 2 trainings: this λ cannot empty a scale", page);
        Assert.Contains("1 of 1 cuts: no gap", page);
        Assert.Equal(
            2,
            (await Slim.Json("runs", root, "--where", "command=train")).Count(r => r["warnings"]!.AsArray().Count > 0)
        );
    }

    [Fact]
    public void Every_kind_of_warning_has_words_of_its_own()
    {
        string[] kinds =
        [
            .. ((Type[])[typeof(RunWarning), typeof(PlanWarning)])
                .SelectMany(t => t.GetFields())
                .Where(f => f.IsLiteral)
                .Select(f => (string)f.GetRawConstantValue()!),
        ];
        Assert.True(kinds.Length >= 10);
        Assert.All(kinds, k => Assert.NotEqual(k.Replace('-', ' '), new RunWarning(k, "").Title));
        Assert.Equal("of a later version", new RunWarning("of-a-later-version", "").Title);
    }

    [Fact]
    public void Plans_and_results_of_versions_without_kinds_are_read()
    {
        var old = SweepResults.Read(Path.Combine(Machine.Root, "docs", "study", "pocket.json"));
        Assert.All(old.Results.Values, r => Assert.Null(r.Warnings));
        Assert.Empty(SweepWarning.Of(old));
        Assert.Equal(old.Results.Count, SweepWarning.Unknown(old));
        var warning = System.Text.Json.JsonSerializer.Deserialize<PlanWarning[]>(
            """["said", {"kind":"k","text":"t"}]"""
        )!;
        Assert.Equal([new(PlanWarning.Unnamed, "said"), new("k", "t")], warning);
        foreach (var wrong in (string[])["[3]", "[null]", "[{}]", "[{\"kind\":1,\"text\":\"\"}]"])
            Assert.Throws<System.Text.Json.JsonException>(() =>
                System.Text.Json.JsonSerializer.Deserialize<PlanWarning[]>(wrong)
            );
    }
}
