using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Runs;

public class SweepTests
{
    private const string Description = """
        name = "Penalties 1"

        [[stage]]
        command = "train"
        [stage.options]
        model = "vgg11"
        nesterov = true
        epochs = 2
        [stage.grid]
        penalty = ["l1", "tl1:a=1"]
        lambda = [1e-3, 0.002]
        seed = [0, 1, 2]
        [[stage.unless]]
        penalty = "l1"
        lambda = 0.002

        [[stage]]
        name = "cut"
        command = "prune"
        [stage.grid]
        macs = [0.6, 0.4]

        [[stage]]
        command = "retrain"
        [stage.options]
        epochs = 1
        """;

    private static string Write(string text, string name = "sweep.toml")
    {
        var path = Path.Combine(Machine.Folder(), name);
        File.WriteAllText(path, text);
        return path;
    }

    private static SweepFolder Folder(string text = Description) =>
        SweepFolder.Create(Path.Combine(Machine.Folder(), "sweep"), SweepFile.Read(Write(text)));

    private static SweepFolder Simple(int seeds) =>
        Folder(
            $"""
            [[stage]]
            command = "train"
            [stage.grid]
            penalty = ["l1"]
            seed = [{string.Join(", ", Enumerable.Range(0, seeds))}]
            """
        );

    private static SweepOutcome Succeed(string attempt, double accuracy = 0.5, long parameters = 100)
    {
        new SweepResult
        {
            Accuracy = accuracy,
            Parameters = parameters,
            Macs = 10 * parameters,
            Classes = 10,
            Seconds = 2,
        }.Write(attempt);
        return new(SweepState.Done);
    }

    [Fact]
    public void A_description_expands_to_numbered_runs_with_their_parents()
    {
        var runs = SweepFile.Read(Write(Description)).Expand();
        Assert.Equal(9 + 18 + 18, runs.Length);
        Assert.Equal(Enumerable.Range(1, 45), runs.Select(r => r.Number));
        Assert.DoesNotContain(runs, r => r.Settings["penalty"] == "l1" && r.Settings["lambda"] == "0.002");
        var train = runs[0];
        Assert.Equal(
            ("train", "true", "0.001", "2"),
            (train.Command, train.Options["nesterov"], train.Options["lambda"], train.Options["epochs"])
        );
        var retrain = runs[^1];
        var cut = runs[retrain.Parent!.Value - 1];
        Assert.Equal(("retrain", "prune"), (retrain.Command, cut.Command));
        // What was trained with a seed is retrained with it.
        Assert.Equal(runs[cut.Parent!.Value - 1].Options["seed"], retrain.Options["seed"]);
        Assert.False(cut.Options.ContainsKey("seed"));
        Assert.Equal("0.4", retrain.Settings["macs"]);
    }

    [Fact]
    public void Json_says_the_same_as_toml()
    {
        var json = """
            {"name": "Penalties 1", "stage": [
              {"command": "train", "options": {"model": "vgg11", "nesterov": true, "epochs": 2},
               "grid": {"penalty": ["l1", "tl1:a=1"], "lambda": [0.001, 0.002], "seed": [0, 1, 2]}, "unless": [{"penalty": "l1", "lambda": 0.002}]},
              {"name": "cut", "command": "prune", "grid": {"macs": [0.6, 0.4]}},
              {"command": "retrain", "options": {"epochs": 1}}]}
            """;
        string Lines(SweepPlan plan) =>
            string.Join(
                '\n',
                plan.Expand()
                    .Select(r =>
                        $"{r.Number} {r.Stage} {r.Parent} {string.Join(' ', r.Options)} {string.Join(' ', r.Settings)}"
                    )
            );
        Assert.Equal(Lines(SweepFile.Read(Write(Description))), Lines(SweepFile.Read(Write(json, "sweep.json"))));
    }

    [Theory]
    [InlineData("name = 3 x", "cannot be read")]
    [InlineData("name = \"x\"", "has no stages")]
    [InlineData("jobs = 3\n[[stage]]\ncommand = \"train\"", "there is no 'jobs'")]
    [InlineData("[[stage]]\nname = \"x\"", "stage 1 has no command")]
    [InlineData("[[stage]]\ncommand = \"train\"\nepoch = 3", "there is no 'epoch' in a stage")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.grid]\nseed = 3", "'seed' must be a list")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.grid]\nseed = []", "the grid of 'seed' is empty")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.options]\nseed = [3]", "seed must be a number")]
    [InlineData("[[stage]]\ncommand = \"demo\"", "is 'demo', but a stage is")]
    [InlineData("[[stage]]\ncommand = \"prune\"", "must be train")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[[stage]]\nname = \"b\"\ncommand = \"train\"", "cannot be train")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.options]\nout = \"x\"", "'out' is for the sweep itself")]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\n[stage.options]\nseed = 1\n[stage.grid]\nseed = [1]",
        "both an option and a grid"
    )]
    public void A_wrong_description_is_told_in_a_sentence(string text, string part) =>
        Assert.Contains(part, Assert.Throws<RunException>(() => SweepFile.Read(Write(text)).Expand()).Message);

    [Fact]
    public void A_folder_takes_one_sweep()
    {
        var path = Path.Combine(Machine.Folder(), "sweep");
        SweepFolder.Create(path, SweepFile.Read(Write(Description)));
        Assert.Equal(45, SweepFolder.Create(path, SweepFile.Read(Write(Description))).Runs.Length);
        Assert.Equal(45, SweepFolder.Open(path).Runs.Length);
        var other = SweepFile.Read(Write(Description.Replace("0.6", "0.5")));
        Assert.Contains("another sweep", Assert.Throws<RunException>(() => SweepFolder.Create(path, other)).Message);
        Assert.Contains("no sweep", Assert.Throws<RunException>(() => SweepFolder.Open(Machine.Folder())).Message);
        Assert.Contains("1 to 45, not 46", Assert.Throws<RunException>(() => SweepFolder.Open(path)[46]).Message);
    }

    [Fact]
    public void Many_workers_finish_every_run_exactly_once_and_parents_first()
    {
        var sweep = Folder();
        var (finished, order) = (new ConcurrentDictionary<int, int>(), new ConcurrentQueue<int>());
        SweepOutcome Execute(SweepRun run, string attempt, string? parent, CancellationToken stop)
        {
            Assert.Equal(run.Parent is null, parent is null);
            Assert.True(parent is null || File.Exists(Path.Combine(parent, "result.json")));
            Thread.Sleep(run.Number % 3);
            order.Enqueue(run.Number);
            finished.AddOrUpdate(run.Number, 1, (_, n) => n + 1);
            return Succeed(attempt);
        }
        Parallel.For(
            0,
            6,
            new() { MaxDegreeOfParallelism = 6 },
            _ => Assert.Equal(SweepState.Done, new SweepWorker(sweep, Execute).WorkOnAll(default))
        );
        Assert.Equal(45, finished.Count);
        Assert.All(finished.Values, n => Assert.Equal(1, n));
        Assert.All(
            sweep.Runs,
            r => Assert.Equal(["result"], Directory.GetFileSystemEntries(sweep.Of(r)).Select(Path.GetFileName))
        );
        var places = order.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i);
        Assert.All(
            sweep.Runs.Where(r => r.Parent is not null),
            r => Assert.True(places[r.Parent!.Value] < places[r.Number])
        );
    }

    [Fact]
    public void One_run_brings_what_it_starts_from_and_nothing_else()
    {
        var sweep = Folder();
        var run = sweep.Runs[^1];
        Assert.Equal(SweepState.Waiting, sweep.StateOf(run));
        var worker = new SweepWorker(sweep, (_, attempt, _, _) => Succeed(attempt));
        Assert.Equal(SweepState.Done, worker.Work(run, default));
        Assert.Equal(3, sweep.Runs.Count(r => sweep.StateOf(r) == SweepState.Done));
    }

    [Fact]
    public void A_failed_run_stops_no_other_and_is_listed_with_its_last_words()
    {
        var sweep = Folder();
        var fails = true;
        SweepOutcome Execute(SweepRun run, string attempt, string? parent, CancellationToken stop) =>
            run.Number == 2 && fails ? new(SweepState.Failed, "the images are gone")
            : run.Number == 3 && fails ? throw new IOException("disk full")
            : Succeed(attempt);
        Assert.Equal(SweepState.Failed, new SweepWorker(sweep, Execute).WorkOnAll(default));
        Assert.Equal(SweepState.Failed, sweep.StateOf(sweep[2]));
        Assert.Equal("the images are gone", RunClaim.LastWords(sweep.Of(sweep[2])));
        Assert.Equal("disk full", RunClaim.LastWords(sweep.Of(sweep[3])));
        Assert.Equal(45 - 2 - 8, sweep.Runs.Count(r => sweep.StateOf(r) == SweepState.Done));
        Assert.Equal(8, sweep.Runs.Count(r => sweep.StateOf(r) == SweepState.Waiting));
        fails = false;
        Assert.Equal(SweepState.Done, new SweepWorker(sweep, Execute) { Retries = true }.WorkOnAll(default));
    }

    [Fact]
    public void What_was_stopped_goes_on_with_what_it_left()
    {
        var sweep = Simple(1);
        using var stop = new CancellationTokenSource();
        var worker = new SweepWorker(
            sweep,
            (_, attempt, _, token) =>
            {
                File.AppendAllText(Path.Combine(attempt, "work"), "x");
                if (!token.IsCancellationRequested && File.ReadAllText(Path.Combine(attempt, "work")).Length < 2)
                {
                    stop.Cancel();
                    Assert.True(token.IsCancellationRequested);
                    return new(SweepState.Stopped);
                }
                return Succeed(attempt);
            }
        );
        Assert.Equal(SweepState.Stopped, worker.WorkOnAll(stop.Token));
        Assert.Equal(SweepState.Stopped, sweep.StateOf(sweep[1]));
        Assert.Equal(SweepState.Done, worker.WorkOnAll(default));
        Assert.Equal("xx", File.ReadAllText(Path.Combine(sweep.ResultOf(sweep[1]), "work")));
    }

    [Fact]
    public void A_claim_has_one_holder_and_ends_with_its_lease()
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        var lease = TimeSpan.FromSeconds(1);
        var claims = new ConcurrentBag<RunClaim>();
        Parallel.For(
            0,
            16,
            new() { MaxDegreeOfParallelism = 16 },
            _ =>
            {
                if (RunClaim.Take(folder, lease) is { } claim)
                    claims.Add(claim);
            }
        );
        var first = Assert.Single(claims);
        File.WriteAllText(Path.Combine(first.Attempt, "work"), "mine");
        Thread.Sleep(1500);
        Assert.Null(RunClaim.Take(folder, lease)); // it has given signs of life
        // A claim without them, as a killed worker leaves it.
        first.Dispose();
        File.SetLastWriteTimeUtc(Path.Combine(folder, "claim-1"), DateTime.UtcNow.AddSeconds(-5));
        using var second = RunClaim.Take(folder, lease)!;
        Assert.Equal("mine", File.ReadAllText(Path.Combine(second.Attempt, "work")));
        Assert.False(Directory.Exists(first.Attempt));
        Assert.True(second.Publish());
        Assert.Equal(["result"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Of_two_attempts_one_is_published_and_the_other_discarded_and_noted()
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        var lease = TimeSpan.FromSeconds(1);
        using var first = RunClaim.Take(folder, lease)!;
        // The first worker hangs: its file is old, though it still lives.
        File.SetLastWriteTimeUtc(Path.Combine(folder, "claim-1"), DateTime.UtcNow.AddSeconds(-5));
        using var second = RunClaim.Take(folder, lease)!;
        Assert.NotEqual(first.Attempt, second.Attempt);
        Assert.True(first.Lost.WaitHandle.WaitOne(5000));
        Directory.CreateDirectory(first.Attempt); // it goes on writing
        File.WriteAllText(Path.Combine(first.Attempt, "who"), "first");
        File.WriteAllText(Path.Combine(second.Attempt, "who"), "second");
        Assert.False(first.Publish());
        Assert.True(second.Publish());
        Assert.Equal("second", File.ReadAllText(Path.Combine(folder, "result", "who")));
        Assert.Equal(["lost-1", "result"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order());
        Assert.Null(RunClaim.Take(folder, lease));
    }

    [Fact]
    public void The_table_is_what_a_hand_computes()
    {
        var sweep = Folder();
        // Accuracy by stage, penalty and seed; what is cut to 0.4 of l1 guesses.
        double Accuracy(SweepRun run) =>
            run.Stage switch
            {
                "train" => 0.9,
                "cut" => 0.5,
                _ => (run.Settings["penalty"], run.Settings["macs"]) == ("l1", "0.4")
                    ? 0.1
                    : (run.Settings["macs"] == "0.4" ? 0.80 : 0.86) + 0.01 * int.Parse(run.Settings["seed"]),
            };
        new SweepWorker(
            sweep,
            (run, attempt, _, _) => Succeed(attempt, Accuracy(run), run.Stage == "train" ? 200 : 100)
        ).WorkOnAll(default);
        var table = SweepTable.Of(sweep);
        Assert.Equal(["lambda", "penalty", "macs"], table.Columns);
        Assert.Equal(6, table.Rows.Length);
        var row = table.Rows.Single(r => r.Settings.SequenceEqual(["0.001", "tl1:a=1", "0.6"]));
        Assert.Equal(
            new Spread(87, 1, 3),
            row.Accuracies[^1] with
            {
                Mean = Math.Round(row.Accuracies[^1].Mean, 9),
                Deviation = Math.Round(row.Accuracies[^1].Deviation, 9),
            }
        );
        Assert.Equal(
            (50.0, 50.0, 3, 3, 0),
            (row.Parameters.Mean, row.Macs.Mean, row.Done, row.Planned, row.OverPruned)
        );
        var text = table.Format(TableFormat.Text);
        Assert.Equal(1, text.Split("87.00 ± 1.00 *").Length - 1);
        Assert.Equal(2, text.Split("87.00 ± 1.00 ~").Length - 1);
        Assert.Contains("10.00 ± 0.00 †", text);
        Assert.DoesNotContain("81.00 ± 1.00 ~", text);
        Assert.Contains("**87.00 ± 1.00**", table.Format(TableFormat.Markdown));
        Assert.Contains("\\textbf{87.00 $\\pm$ 1.00}", table.Format(TableFormat.Latex));
        var csv = table.Format(TableFormat.Csv).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(7, csv.Length);
        Assert.All(csv, l => Assert.Equal(csv[0].Count(c => c == ','), l.Count(c => c == ',')));
        Assert.Equal(6, JsonNode.Parse(table.Format(TableFormat.Json))!.AsArray().Count);
    }

    [Fact]
    public void Ten_thousand_runs_are_listed_and_tabulated_in_seconds()
    {
        var sweep = Simple(10_000);
        var one = Machine.Folder();
        Succeed(one);
        var result = File.ReadAllBytes(Path.Combine(one, "result.json"));
        var options = "{\"penalty\": \"l1\", \"training\": {\"seed\": 3}}"u8.ToArray();
        foreach (var run in sweep.Runs)
        {
            var folder = Path.Combine(sweep.ResultOf(run), "run");
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, "run.json"), options);
            File.WriteAllBytes(Path.Combine(sweep.ResultOf(run), "result.json"), result);
        }
        var watch = Stopwatch.StartNew();
        var before = GC.GetTotalAllocatedBytes();
        Assert.All(sweep.Runs, r => Assert.Equal(SweepState.Done, sweep.StateOf(r)));
        Assert.Equal(10_000, SweepTable.Of(sweep).Rows.Single().Done);
        Assert.Equal(
            10_000,
            RunList.Below(Path.Combine(sweep.Path, "runs")).Count(r => r.Settings["training.seed"] == "3")
        );
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
        Assert.True(GC.GetTotalAllocatedBytes() - before < 1 << 30);
    }

    [Fact]
    public void The_kubernetes_manifest_is_what_the_typed_model_reads()
    {
        var sweep = Folder();
        var job = new KubernetesJob
        {
            Image = "registry/slim:1",
            VolumeClaim = "claim",
            Mount = Path.GetTempPath(),
            Cores = 2,
        };
        var read = KubernetesYaml.Deserialize<V1Job>(job.For(sweep), strict: true);
        Assert.Equal(("batch/v1", "Job", "penalties-1"), (read.ApiVersion, read.Kind, read.Metadata.Name));
        Assert.Equal(("Indexed", 45, 4), (read.Spec.CompletionMode, read.Spec.Completions, read.Spec.Parallelism));
        var container = Assert.Single(read.Spec.Template.Spec.Containers);
        Assert.Equal(["sweep", "work", Path.GetFullPath(sweep.Path), "--threads", "2"], container.Args);
        Assert.Equal("2", container.Resources.Limits["cpu"].ToString());
        Assert.Equal("claim", read.Spec.Template.Spec.Volumes.Single().PersistentVolumeClaim.ClaimName);
        Assert.Equal([75], read.Spec.PodFailurePolicy.Rules[0].OnExitCodes.Values);
        Assert.Contains(
            "--mount",
            Assert.Throws<RunException>(() => (job with { Mount = "/elsewhere" }).For(sweep)).Message
        );
    }

    [Fact]
    public void The_slurm_script_is_a_shell_script_that_requeues_what_was_stopped()
    {
        var script = new SlurmScript
        {
            Time = "01:00:00",
            Memory = "2G",
            Partition = "short",
            Options = ["--account=me"],
        }.For(Folder(), "slim");
        foreach (
            var line in new[]
            {
                "#SBATCH --array=1-45",
                "#SBATCH --partition=short",
                "#SBATCH --account=me",
                "#SBATCH --requeue",
            }
        )
            Assert.Contains(line + "\n", script);
        var file = Write(script, "job.sh");
        using var shell = Process.Start("sh", $"-n {file}");
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
