using System.Text.Json.Nodes;
using SlimSharp.Formats;
using SlimSharp.Runs;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>Many runs on the command line.</summary>
[Collection(nameof(Alone))]
public class RunsCommandTests
{
    [Fact]
    public async Task Runs_are_recorded_listed_filtered_and_compared()
    {
        var root = Machine.Folder();
        Assert.Equal(0, Machine.RunSlim(Train(Path.Combine(root, "a"), "--seed", "1")).Code);
        await Json(Train(Path.Combine(root, "deep", "b"), "--seed", "2", "--penalty", "l1", "--lambda", "1"));
        var record = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(root, "a", "record.json")))!;
        Assert.Contains("--seed", record["arguments"]!.AsArray().Select(a => (string)a!));
        Assert.Equal(
            ["dotnet", "libtorch", "slimsharp", "torchsharp"],
            record["versions"]!.AsObject().Select(v => v.Key).Order()
        );
        Assert.Contains("cores", (string)record["machine"]!);
        Assert.Equal((1, 1), ((int)record["threads"]!, (int)record["seed"]!));
        Assert.Equal(64, ((string)record["data"]!).Length);
        Assert.True((DateTime)record["ended"]! > (DateTime)record["begun"]!);
        Assert.Equal(
            Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(root, "a", "model.slim")))
            ),
            (string)record["files"]!["model.slim"]!
        );
        Assert.Equal(2, (await Json("runs", root)).Length);
        var one = Assert.Single(await Json("runs", root, "--where", "training.seed=2"));
        Assert.EndsWith("b", (string)one["run"]!);
        foreach (var condition in (string[])["seed=2", "lambda=1.0e0", "penalty=l1"])
            Assert.EndsWith("b", (string)Assert.Single(await Json("runs", root, "--where", condition))["run"]!);
        Assert.EndsWith("a", (string)Assert.Single(await Json("runs", root, "--where", "penalty="))["run"]!);
        Assert.Equal("None of 2 runs fits.", (await Slim.Run("runs", root, "--where", "seed=7")).Output.Trim());
        var (code, _, error) = await Slim.Run("runs", root, "--where", "lamda=1");
        Assert.Equal(2, code);
        Assert.Contains("has a setting 'lamda'; did you mean lambda?", error);
        Assert.Contains($"'slim runs {root} --settings' lists what there is.", error);
        var (_, output, _) = await Slim.Run("runs", root, "--differences", "--sort", "accuracy");
        Assert.Contains(" seed ", output);
        Assert.DoesNotContain("epochs", output);
    }

    [Fact]
    public async Task Cuts_and_retrainings_are_found_by_what_they_descend_from()
    {
        var root = Machine.Folder();
        string At(string name) => Path.Combine(root, name);
        foreach (var (name, penalty) in new[] { ("l1", "l1"), ("tl1", "tl1:a=1") })
            await Slim.Run(TrainFor("1", At(name), "--penalty", penalty, "--lambda", "0.02", "--seed", "7"));
        async Task Cut(string from, string to) =>
            Assert.Equal(0, (await Slim.Run("prune", At(from), "--ratio", "0.2", "--out", At(to))).Code);
        async Task Retrain(string from, string to) =>
            Assert.Equal(
                0,
                (await Slim.Run("retrain", At(from), "--epochs", "1", "--threads", "1", "--out", At(to))).Code
            );
        await Cut("l1", "l1/pruned.slim");
        await Cut("tl1", "cut.slim");
        await Retrain("l1/pruned.slim", "deep/again");
        await Cut("deep/again", "twice.slim");
        await Retrain("twice.slim", "deep/twice");
        async Task AssertFinds(string folder, string condition, params string[] names)
        {
            var found = await Json("runs", folder, "--where", condition);
            Assert.Equal(
                names.Select(n => Path.Combine(folder, n)).Order(StringComparer.Ordinal),
                found.Select(r => (string)r["run"]!)
            );
        }
        string[] ofL1 = ["l1", "l1/pruned.slim", "deep/again", "twice.slim", "deep/twice"];
        await AssertFinds(root, "penalty=l1", ofL1);
        await AssertFinds(root, "penalty=tl1:a=1", "tl1", "cut.slim");
        await AssertFinds(root, "seed=7", [.. ofL1, "tl1", "cut.slim"]);
        await AssertFinds(root, "command=retrain", "deep/again", "deep/twice");
        await AssertFinds(root, "command=prune", "l1/pruned.slim", "cut.slim", "twice.slim");
        Assert.All(
            await Json("runs", root, "--where", "command=prune"),
            c => Assert.True((long)c["parameters"]! > 0 && (long)c["macs"]! > 0)
        );
        // Moved with all that it started from, and named as it was seen from there.
        foreach (var run in (string[])["deep/again", "deep/twice"])
        {
            var options = JsonNode.Parse(await File.ReadAllTextAsync(At($"{run}/run.json")))!;
            options["from"] = Path.GetRelativePath(root, (string)options["from"]!);
            await File.WriteAllTextAsync(At($"{run}/run.json"), options.ToJsonString());
        }
        var moved = Path.Combine(Machine.Folder(), "moved");
        Directory.Move(root, moved);
        await AssertFinds(moved, "penalty=tl1:a=1", "tl1", "cut.slim");
        Assert.Contains(
            Path.Combine(moved, "deep/again"),
            (await Json("runs", moved, "--where", "penalty=l1")).Select(r => (string)r["run"]!)
        );
    }

    [Fact]
    public async Task Every_setting_that_is_listed_is_found_by_its_name_and_no_name_is_long()
    {
        var root = Machine.Folder();
        string At(string name) => Path.Combine(root, name);
        await Json(TrainFor("1", At("a"), "--penalty", "l1", "--lambda", "1e-3", "--batch", "50", "--lr", "0.05"));
        await Json("prune", At("a"), "--ratio", "0.2", "--round-to", "2");
        var (code, said, error) = await Slim.Run("runs", root, "--settings");
        Assert.Equal((0, ""), (code, error));
        Assert.All(said.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 200));
        var settings = await Json("runs", root, "--settings");
        foreach (var (name, values) in settings.Select(s => ((string)s["setting"]!, s["values"]!.AsArray())))
        {
            Assert.Matches("^[a-z][a-z0-9-]*(\\.[a-z-]+)*$", name);
            foreach (var value in values)
                Assert.NotEmpty(await Json("runs", root, "--where", $"{name}={value}"));
        }
        foreach (
            var condition in (string[])
                ["batch=50", "lr=5e-2", "optimizer=sgd", "weight-decay=1e-4", "method=SubGradient"]
        )
            Assert.Equal(2, (await Json("runs", root, "--where", condition)).Length);
        foreach (var condition in (string[])["batch=64", "lr=0.1"])
            Assert.Empty(await Json("runs", root, "--where", condition));
        (code, _, error) = await Slim.Run("runs", root, "--where", "foo=1");
        Assert.Equal(2, code);
        Assert.InRange(error.Length, 1, 200 + 2 * root.Length);
    }

    [Fact]
    public async Task Cuts_and_what_was_retrained_from_them_are_found_by_what_the_cut_was_asked_for()
    {
        var root = Machine.Folder();
        string At(string name) => Path.Combine(root, name);
        await Json(TrainFor("1", At("a"), "--penalty", "l1", "--lambda", "0.02", "--seed", "7"));
        (string Name, string[] Asked, string[] Conditions)[] cuts =
        [
            ("macs", ["--macs", "0.6"], ["macs=0.6", "macs=6e-1", "criterion=scale"]),
            ("params", ["--params", "0.5", "--criterion", "l1"], ["params=0.5", "criterion=l1"]),
            ("ratio", ["--ratio", "0.2", "--per-layer"], ["ratio=0.2", "per-layer=true", "PerLayer=true"]),
            ("below", ["--below", "0.3"], ["below=0.3"]),
            ("random", ["--macs", "0.7", "--control", "random", "--seed", "3"], ["control=random", "seed=3"]),
            ("uniform", ["--macs", "0.8", "--control", "uniform"], ["macs=0.8", "control=uniform"]),
            ("magnitude", ["--params", "0.9", "--control", "magnitude"], ["params=0.9"]),
        ];
        foreach (var (name, asked, _) in cuts)
        {
            await Json(["prune", At("a"), .. asked, "--out", At($"{name}.slim")]);
            await Json("retrain", At($"{name}.slim"), "--epochs", "1", "--threads", "1", "--out", At($"{name}-again"));
        }
        async Task<string[]> Found(string condition) =>
            [
                .. (await Json("runs", root, "--where", condition)).Select(r =>
                    Path.GetRelativePath(root, (string)r["run"]!)
                ),
            ];
        foreach (var (name, _, conditions) in cuts)
        {
            foreach (var condition in conditions.Where(c => c != "criterion=scale"))
                Assert.Equal([$"{name}-again", $"{name}.slim"], await Found(condition));
        }
        Assert.Empty(await Found("macs=0.5"));
        Assert.Equal(15, (await Found("seed=7")).Length); // all descend from the training
        // A second cut of a first, and a retraining of which only the model is left.
        await Json("prune", At("macs-again"), "--ratio", "0.1", "--out", At("twice.slim"));
        Assert.Equal(["macs-again", "macs.slim", "twice.slim"], await Found("macs=0.6"));
        Assert.Equal(["twice.slim"], await Found("ratio=0.1"));
        File.Delete(At("uniform.slim"));
        Assert.Equal(["uniform-again"], await Found("control=uniform"));
        var (_, table, _) = await Slim.Run("runs", root);
        Assert.Matches("uniform-again.* macs 0.8, uniform .*done", table);
        // Cuts of versions that did not keep what was asked for: what their plan was made from.
        var old = SlimSharp.Formats.SlimFile.Load(At("params.slim"));
        var provenance = old.Provenance.Where(p => p.Key != SlimSharp.Slimming.Certificate.Asked);
        (old with { Provenance = provenance.ToDictionary() }).Save(At("params.slim"));
        old.Dispose();
        Assert.Contains("params.slim", await Found("params=0.5"));
        // Not that of an earlier cut where the library cuts.
        using var source = SlimSharp.Formats.SlimFile.Load(At("macs-again/model.slim"));
        using var model = source.ToModel();
        using var cut = SlimSharp.Slimming.Surgeon.Apply(
            model,
            SlimSharp.Slimming.Planner.Plan(model, new() { Target = new SlimSharp.Slimming.PlanTarget.Ratio(0.15) })
        );
        cut.Save(At("library.slim"), source);
        Assert.Contains("library.slim", await Found("ratio=0.15"));
    }

    [Fact]
    public async Task A_sweep_is_planned_run_stopped_gone_on_with_and_tabulated()
    {
        var (file, folder) = Sweep(
            $"""
            [[stage]]
            command = "train"
            [stage.options]
            model = "vgg11"
            width = 0.05
            data = "{Images}"
            pad = 32
            epochs = 3
            method = "prox"
            penalty = "l1"
            [stage.grid]
            lambda = [0.01, 0.03]
            [[stage]]
            command = "prune"
            [stage.grid]
            macs = [0.5]
            [[stage]]
            command = "retrain"
            [stage.options]
            epochs = 1
            [stage.evaluate]
            sparsity = true
            orthogonality = true
            groups = 3
            images = 16
            """
        );
        Assert.Equal(6, (await Json("sweep", "plan", file, "--out", folder)).Length);
        using var process = Machine.StartSlim("sweep", "run", folder, "--jobs", "2", "--threads", "2");
        while (!Directory.Exists(Path.Combine(folder, "runs", "00001")) && !process.HasExited)
            Thread.Sleep(5);
        System.Diagnostics.Process.Start("kill", $"-TERM {process.Id}").WaitForExit();
        var (code, _, error) = Machine.Run(process);
        Assert.Equal((75, ""), (code, error));
        Assert.Equal(2, (await Slim.Run("sweep", "table", folder)).Output.Split("0 of 1").Length - 1);
        (code, var output, error) = Machine.RunSlim("sweep", "run", folder, "--jobs", "2", "--threads", "2", "--json");
        Assert.True(code == 0, output + error);
        var ends = output
            .Split('\n')
            .Where(l => l.Contains("\"done\"", StringComparison.Ordinal))
            .Select(l => JsonNode.Parse(l)!);
        Assert.Contains(ends, e => (int?)e["run"] > 0 && (int)e["done"]! == 6 && (int)e["runs"]! == 6);
        var status = (await Json("sweep", "status", folder))[0];
        Assert.Equal(6, (int)status["states"]!["done"]!);
        var rows = JsonNode.Parse((await Slim.Run("sweep", "table", folder, "--format", "json")).Output)!.AsArray();
        Assert.Equal(["0.01", "0.03"], rows.Select(r => (string)r!["lambda"]!));
        Assert.All(rows, r => Assert.InRange((double)r!["macs"]!["mean"]!, 20, 50));
        var retrained = SweepResults.Read(folder).Results.Values.Where(r => r.Test.Count > 2).ToArray();
        Assert.Equal(2, retrained.Length);
        Assert.All(retrained, r => Assert.InRange(r.Test["small weights"], 0, 1));
        Assert.All(retrained, r => Assert.InRange(r.Test["orthogonality"], 0, 1));
        Assert.All(retrained, r => Assert.InRange(r.Test["group correlation"], -1, 1));
    }

    [Theory]
    [InlineData("lamda = 1e-3", "macs = [0.5]", "Stage 'train' (seed 1): 'slim train' has no option '--lamda'")]
    [InlineData("lambda = 0", "macs = [0.5]", "Stage 'train' (seed 1): --penalty needs a positive --lambda")]
    [InlineData("help = true", "macs = [0.5]", "In the stage 'train', 'help' is no option of a run")]
    [InlineData("schedule = \"--help\"", "macs = [0.5]", "Stage 'train' (seed 1): --schedule needs a value")]
    [InlineData("schedule = \"-h\"", "macs = [0.5]", "Stage 'train' (seed 1): --schedule is '-h', but can be")]
    [InlineData("lambda = -1", "macs = [0.5]", "Stage 'train' (seed 1): --penalty needs a positive --lambda")]
    [InlineData("lambda = 1e-3", "macs = [0.5, 50]", "Stage 'cut' (macs 50, seed 1): ")]
    [InlineData(
        "lambda = 1e-3",
        "macs = [\"0,5\"]",
        "Stage 'cut' (macs 0,5, seed 1): --macs takes a number with a point"
    )]
    [InlineData(
        "lambda = 1e-3",
        "macs = [0.5]\n[stage.evaluate]\nsparsitty = true",
        "Stage 'cut', evaluate: 'slim evaluate' has no option '--sparsitty'"
    )]
    [InlineData(
        "lambda = 1e-3",
        "macs = [0.5]\n[stage.evaluate]\nimages = 20",
        "Stage 'cut', evaluate: --images goes with --groups"
    )]
    [InlineData(
        "lambda = 1e-3",
        "macs = [0.5]\n[stage.evaluate]\nsplit = \"test\"",
        "In the stage 'cut', evaluate, 'split' is for the sweep itself to give"
    )]
    public async Task What_no_run_could_be_begun_with_is_refused_before_the_first(
        string train,
        string cut,
        string words
    )
    {
        var (file, folder) = Sweep(
            $"""
            [[stage]]
            command = "train"
            [stage.options]
            model = "vgg11"
            data = "{Images}"
            penalty = "l1"
            {train}
            [stage.grid]
            seed = [1, 2]
            [[stage]]
            name = "cut"
            command = "prune"
            [stage.grid]
            {cut}
            """
        );

        var (code, _, error) = await Slim.Run("sweep", "plan", file, "--out", folder);

        Assert.Equal(2, code);
        Assert.StartsWith("slim: " + words, error);
        Assert.False(Directory.Exists(folder));
    }

    private static (string File, string Folder) Sweep(string text)
    {
        var at = Machine.Folder();
        var file = Path.Combine(at, "sweep.toml");
        File.WriteAllText(file, text);
        return (file, Path.Combine(at, "sweep"));
    }
}
