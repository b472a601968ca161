using System.Diagnostics;
using System.Globalization;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Cli;

/// <summary>Workers that are killed or hang: every run is finished exactly once all the same.</summary>
[Collection(nameof(Alone))]
public class KillTests
{
    // What docs/sweeps.md quotes.
    private static readonly WrittenTable Table = new(
        "kills.md",
        "Four workers of a sweep, killed with SIGKILL and replaced, to the end.",
        "",
        "| what is run | runs | killed in train | cut | retrain | evaluate | publish | between | finished | twice | orphans |",
        "|---|---|---|---|---|---|---|---|---|---|---|"
    );
    private static readonly string StandIn = Machine.Program("StandIn", "standin");

    private static string Small =>
        $"""
            model = "vgg11"
            width = 0.05
            data = "{Slim.Images}"
            pad = 32
            penalty = "l1"
            lambda = 0.01
            """;

    private static string Sweep(int seeds, string options = "", string epochs = "6") =>
        $"""
            [[stage]]
            command = "train"
            [stage.options]
            epochs = {epochs}
            {options}
            [stage.grid]
            seed = [{string.Join(", ", Enumerable.Range(0, seeds))}]
            [[stage]]
            name = "cut"
            command = "prune"
            [stage.grid]
            macs = [0.5]
            [[stage]]
            command = "retrain"
            [stage.options]
            epochs = {epochs}
            """;

    [Fact]
    public void Workers_killed_in_every_stage_finish_every_run_exactly_once() => KillStandIns(seeds: 3, kills: 6);

    [Fact]
    [Trait("Length", "long")]
    public void Workers_killed_a_hundred_times_finish_every_run_exactly_once()
    {
        var killed = KillStandIns(seeds: 60, kills: 120);
        Assert.All(KilledSweep.Stages, stage => Assert.True(killed.Kills[stage] > 0, stage));
    }

    [Fact]
    [Trait("Length", "long")]
    public void Workers_of_the_real_command_killed_in_every_stage_finish_with_the_results_of_workers_that_were_not()
    {
        SkipElsewhere();
        var text = Sweep(seeds: 5, Small, epochs: "4");
        var (whole, broken) = (Runs.SampleSweep.Folder(text), Runs.SampleSweep.Folder(text));
        Process Start(SweepFolder sweep) => Machine.StartSlim("sweep", "work", sweep.Path, "--threads", "1", "--json");
        Assert.Equal(0, Machine.Run(Start(whole)).Code);
        var killed = new KilledSweep(broken, () => Start(broken), seed: 5) { Longest = TimeSpan.FromSeconds(1) };
        Check(broken, killed, killed.Run(workers: 4, kills: 15), "slim, three stages of a small network");
        static object Numbers(SweepFolder sweep, SweepRun run)
        {
            var result = SweepResult.Read(sweep.ResultOf(run))!;
            return (result.Accuracy, result.Validation, result.Parameters, result.Macs, result.Classes);
        }
        Assert.All(broken.Runs, r => Assert.Equal(Numbers(whole, r), Numbers(broken, r)));
    }

    [Fact]
    [Trait("Length", "long")]
    public void Ctrl_C_in_a_terminal_leaves_a_checkpoint_though_it_reaches_the_children_too()
    {
        SkipElsewhere();
        var sweep = Runs.SampleSweep.Folder(Sweep(seeds: 1, Small, epochs: "50"));
        // A process group of its own, which is what a terminal sends Ctrl-C to.
        string[] program = ["--default-signal=INT", "setsid", "dotnet", Machine.Program("SlimSharp.Cli", "slim")];
        using var run = Machine.StartProgram("env", [.. program, "sweep", "run", sweep.Path, "--threads", "1"]);
        var attempt = Path.Combine(sweep.Of(sweep[1]), "attempt-1");
        Assert.True(
            SpinWait.SpinUntil(
                () => File.Exists(Path.Combine(attempt, "run", "last.slim")) || run.HasExited,
                TimeSpan.FromSeconds(120)
            )
        );
        using (var kill = Process.Start("kill", $"-INT -- -{run.Id}"))
            kill.WaitForExit();
        Assert.Equal(75, Machine.Run(run).Code);
        Assert.Contains("\"stopped\":true", File.ReadAllText(Path.Combine(attempt, "log.txt")));
        Assert.Equal(SweepState.Stopped, sweep.StateOf(sweep[1]));
    }

    [Fact]
    public void A_worker_that_hangs_loses_its_run_and_its_child()
    {
        SkipElsewhere();
        var sweep = Runs.SampleSweep.Folder(Sweep(seeds: 1, epochs: "100"));
        using var first = Start(sweep);
        var attempt = Path.Combine(sweep.Of(sweep[1]), "attempt-1");
        var (checkpoint, claim) = (
            Path.Combine(attempt, "run", "last.slim"),
            Path.Combine(sweep.Of(sweep[1]), "claim-1")
        );
        Assert.True(SpinWait.SpinUntil(() => File.Exists(checkpoint), TimeSpan.FromSeconds(60)));
        Signal("STOP", first);
        File.SetLastWriteTimeUtc(claim, DateTime.UtcNow.AddHours(-1));
        using var second = Start(sweep);
        Assert.Equal(0, Machine.Run(second).Code);
        Signal("CONT", first);
        var (code, output, _) = Machine.Run(first);
        Assert.Equal(0, code);
        Assert.DoesNotContain("\"run\":1,\"state\":\"done\"", output);
        Assert.False(Directory.Exists(attempt));
        Assert.False(File.Exists(Path.Combine(sweep.Path, "overlaps")));
        Assert.All(sweep.Runs, r => Assert.Equal(SweepState.Done, sweep.StateOf(r)));
    }

    [Fact]
    public void A_child_that_is_killed_is_a_failed_attempt_and_its_run_goes_on()
    {
        SkipElsewhere();
        var sweep = Runs.SampleSweep.Folder(Sweep(seeds: 1, epochs: "100"));
        using var worker = Start(sweep);
        var checkpoint = Path.Combine(sweep.Of(sweep[1]), "attempt-1", "run", "last.slim");
        Assert.True(SpinWait.SpinUntil(() => File.Exists(checkpoint), TimeSpan.FromSeconds(60)));
        using (var kill = Process.Start("pkill", $"-KILL -P {worker.Id}"))
            kill.WaitForExit();
        Assert.Equal(0, Machine.Run(worker).Code);
        Assert.Contains("was killed by signal 9", File.ReadAllText(Path.Combine(sweep.Of(sweep[1]), "failed-1")));
        Assert.All(sweep.Runs, r => Assert.Equal(SweepState.Done, sweep.StateOf(r)));
    }

    private static KilledSweep KillStandIns(int seeds, int kills)
    {
        SkipElsewhere();
        var sweep = Runs.SampleSweep.Folder(Sweep(seeds));
        var killed = new KilledSweep(sweep, () => Start(sweep), seed: kills) { Future = 5 };
        Check(sweep, killed, killed.Run(workers: 4, kills), "a stand-in for slim");
        Assert.All(sweep.Runs, r => Assert.Equal(0.6, SweepResult.Read(sweep.ResultOf(r))!.Accuracy));
        Assert.False(File.Exists(Path.Combine(sweep.Path, "overlaps")), "Two worked on one run at a time.");
        return killed;
    }

    private static void Check(SweepFolder sweep, KilledSweep killed, int[] codes, string what)
    {
        Log(sweep, killed, what);
        Assert.All(codes, code => Assert.Equal(0, code));
        Assert.Equal((0, 0), (killed.Orphans, killed.Doubles));
        // One result, and nothing that a killed worker left.
        Assert.All(
            sweep.Runs,
            r => Assert.Equal(["result"], Directory.GetFileSystemEntries(sweep.Of(r)).Select(Path.GetFileName))
        );
    }

    private static Process Start(SweepFolder sweep) => Machine.Start(StandIn, "work", sweep.Path, "5");

    private static void Signal(string signal, Process process)
    {
        using var kill = Process.Start("kill", $"-{signal} {process.Id}");
        kill.WaitForExit();
    }

    private static void SkipElsewhere() =>
        Assert.SkipUnless(
            OperatingSystem.IsLinux(),
            "What a process's children are is read from /proc, which Linux has."
        );

    private static void Log(SweepFolder sweep, KilledSweep killed, string what)
    {
        var kills = KilledSweep.Stages.Append(KilledSweep.Between).Select(s => killed.Kills[s]);
        var done = sweep.Runs.Count(r => sweep.StateOf(r) == SweepState.Done);
        Table.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what} | {sweep.Runs.Length} | {string.Join(" | ", kills)} | {done} | {killed.Doubles} | {killed.Orphans}"
            )
        );
    }
}
