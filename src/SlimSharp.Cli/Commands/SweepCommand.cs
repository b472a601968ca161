using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep: many runs, on one machine or many.</summary>
internal static class SweepCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "sweep",
            "Many runs from one description: train, cut and retrain over grids of options, on this machine, on Slurm or on Kubernetes; whatever is stopped goes on."
        )
        {
            Plan(),
            Work(),
            Run(),
            Status(),
            Table(),
            Slurm(),
            Kubernetes(),
        };
        return command;
    }

    private static Argument<string> Folder() => new("DIR") { Description = "The folder of the sweep." };

    private static Option<bool> Retry() => new("--retry") { Description = "Begin failed runs again, too." };

    private static Command Plan()
    {
        var command = new Command("plan", "Make the folder of a sweep from its description, and list its runs.");
        var file = new Argument<string>("FILE")
        {
            Description =
                "TOML or JSON: name, and stages ([[stage]]) with command (train, prune, retrain), options, grid (lists of values) and unless (combinations to leave out).",
        };
        var output = new Option<string?>("--out") { Description = "The folder to make.", HelpName = "DIR" };
        var common = new CommonOptions();
        command.Add(file);
        command.Add(output);
        command.Add(common.Json);
        command.SetAction(parsed =>
        {
            var screen = common.Screen(parsed);
            var plan = SweepFile.Read(parsed.GetValue(file)!);
            var sweep = SweepFolder.Create(
                parsed.GetValue(output) ?? throw new UsageException("Give --out DIR for the folder of the sweep."),
                plan
            );
            screen.Table(
                $"{plan.Name}: {sweep.Runs.Length} runs",
                ["run", "stage", "from", "settings"],
                sweep.Runs.Select(r =>
                    (IReadOnlyList<string>)[$"{r.Number}", r.Stage, r.Parent is { } p ? $"{p}" : "", Settings(r)]
                ),
                1,
                3
            );
            screen.Say($"Go on with: slim sweep run {sweep.Path} --jobs J");
            foreach (var run in sweep.Runs)
                screen.Emit(ToJson(run));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Work()
    {
        var command = new Command(
            "work",
            "Work on a sweep: on one run (--index, or the index that Slurm or Kubernetes gives), or on all that is to be done."
        );
        var (folder, retry, common) = (Folder(), Retry(), new CommonOptions());
        var index = new Option<int?>("--index")
        {
            Description = "The run's number [default: SLURM_ARRAY_TASK_ID, or JOB_COMPLETION_INDEX + 1].",
            HelpName = "N",
        };
        command.Add(folder);
        command.Add(index);
        command.Add(retry);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var screen = common.Screen(parsed);
            var sweep = SweepFolder.Open(parsed.GetValue(folder)!);
            using var signals = new StopSignals();
            var worker = new SweepWorker(sweep, new SweepExecutor(parsed.GetValue(common.Threads)).Execute)
            {
                Retries = parsed.GetValue(retry),
                Report = (run, state, words) => Report(screen, run, state, words),
            };
            var number = parsed.GetValue(index) ?? Index();
            var end = number is { } n ? worker.Work(sweep[n], signals.Token) : worker.WorkOnAll(signals.Token);
            return end switch
            {
                SweepState.Done => ExitCode.Done,
                SweepState.Stopped => ExitCode.Stopped,
                _ => ExitCode.Missed,
            };
        });
        return command;
    }

    private static Command Run()
    {
        var command = new Command(
            "run",
            "Work on a sweep with several processes that share the cores of this machine."
        );
        var (folder, retry, common) = (Folder(), Retry(), new CommonOptions());
        var jobs = new Option<int>("--jobs")
        {
            Description = "How many runs at a time; each gets its share of the threads.",
            DefaultValueFactory = _ => 1,
            HelpName = "J",
        };
        command.Add(folder);
        command.Add(jobs);
        command.Add(retry);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var (screen, count) = (common.Screen(parsed), parsed.GetValue(jobs));
            if (count < 1)
                throw new UsageException($"--jobs is {count}, but must be 1 or more.");
            var sweep = SweepFolder.Open(parsed.GetValue(folder)!);
            var threads = Math.Max(parsed.GetValue(common.Threads) / count, 1);
            using var signals = new StopSignals();
            var ends = new SweepState[count];
            var workers = Enumerable
                .Range(0, count)
                .Select(i => new Thread(() =>
                    ends[i] = new SweepWorker(sweep, new SweepExecutor(threads).Execute)
                    {
                        Retries = parsed.GetValue(retry),
                        Report = (run, state, words) => Report(screen, run, state, words),
                    }.WorkOnAll(signals.Token)
                ))
                .ToArray();
            foreach (var worker in workers)
                worker.Start();
            foreach (var worker in workers)
                worker.Join();
            ShowStatus(screen, sweep);
            return ends.Contains(SweepState.Stopped) ? ExitCode.Stopped
                : ends.All(e => e == SweepState.Done) ? ExitCode.Done
                : ExitCode.Missed;
        });
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "Show how far a sweep is, what failed and why, and the time left.");
        var (folder, common) = (Folder(), new CommonOptions());
        command.Add(folder);
        command.Add(common.Json);
        command.SetAction(parsed =>
        {
            ShowStatus(common.Screen(parsed), SweepFolder.Open(parsed.GetValue(folder)!));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Table()
    {
        var command = new Command(
            "table",
            "The table of a sweep: accuracy after every stage, parameters and multiply-adds left, mean ± deviation over seeds."
        );
        var folder = Folder();
        var format = new Option<string>("--format")
        {
            Description = "text, markdown, csv, latex or json.",
            DefaultValueFactory = _ => "text",
        };
        format.AcceptOnlyFromAmong("text", "markdown", "csv", "latex", "json");
        command.Add(folder);
        command.Add(format);
        command.SetAction(parsed =>
        {
            var table = SweepTable.Of(SweepFolder.Open(parsed.GetValue(folder)!));
            Console.Write(table.Format(Enum.Parse<TableFormat>(parsed.GetValue(format)!, ignoreCase: true)));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Slurm()
    {
        var command = new Command("slurm", "Submit a sweep to Slurm as one job array.");
        var folder = Folder();
        var partition = new Option<string?>("--partition") { Description = "The partition.", HelpName = "NAME" };
        var time = new Option<string>("--time")
        {
            Description = "Time limit of a run; one that is not done by then goes on in another.",
            DefaultValueFactory = _ => "04:00:00",
            HelpName = "TIME",
        };
        var memory = new Option<string>("--memory")
        {
            Description = "Memory of a run.",
            DefaultValueFactory = _ => "4G",
            HelpName = "SIZE",
        };
        var cores = new Option<int>("--cores")
        {
            Description = "Cores of a run.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var extra = new Option<string[]>("--option")
        {
            Description = "A further option of sbatch, as in --option=--account=me.",
            HelpName = "OPTION",
        };
        var dry = new Option<bool>("--dry-run") { Description = "Print the script and submit nothing." };
        command.Add(folder);
        foreach (var option in (Option[])[partition, time, memory, cores, extra, dry])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var sweep = SweepFolder.Open(parsed.GetValue(folder)!);
            var script = new SlurmScript
            {
                Partition = parsed.GetValue(partition),
                Time = parsed.GetValue(time)!,
                Memory = parsed.GetValue(memory)!,
                Cores = parsed.GetValue(cores),
                Options = [.. parsed.GetValue(extra) ?? []],
            }.For(sweep, Self());
            if (parsed.GetValue(dry))
            {
                Console.Write(script);
                return ExitCode.Done;
            }
            return SlurmScript.Submit(script);
        });
        return command;
    }

    private static Command Kubernetes()
    {
        var command = new Command("kubernetes", "Write a sweep as one Indexed Job for Kubernetes.");
        var folder = Folder();
        var image = new Option<string?>("--image")
        {
            Description = "The container image with slim.",
            HelpName = "IMAGE",
        };
        var claim = new Option<string?>("--volume-claim")
        {
            Description = "The persistent volume claim that holds the sweep.",
            HelpName = "NAME",
        };
        var mount = new Option<string>("--mount")
        {
            Description = "Where it is mounted; the sweep's path must lie below it.",
            DefaultValueFactory = _ => "/data",
            HelpName = "PATH",
        };
        var parallel = new Option<int>("--parallel")
        {
            Description = "Runs at a time.",
            DefaultValueFactory = _ => 4,
            HelpName = "N",
        };
        var cores = new Option<int>("--cores")
        {
            Description = "Cores of a run.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var memory = new Option<string>("--memory")
        {
            Description = "Memory of a run.",
            DefaultValueFactory = _ => "4Gi",
            HelpName = "SIZE",
        };
        command.Add(folder);
        foreach (var option in (Option[])[image, claim, mount, parallel, cores, memory])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var sweep = SweepFolder.Open(parsed.GetValue(folder)!);
            Console.Write(
                new KubernetesJob
                {
                    Image =
                        parsed.GetValue(image)
                        ?? throw new UsageException("Give --image, the container image that holds slim."),
                    VolumeClaim =
                        parsed.GetValue(claim)
                        ?? throw new UsageException("Give --volume-claim, the volume that holds the sweep."),
                    Mount = parsed.GetValue(mount)!,
                    Parallel = parsed.GetValue(parallel),
                    Cores = parsed.GetValue(cores),
                    Memory = parsed.GetValue(memory)!,
                }.For(sweep)
            );
            return ExitCode.Done;
        });
        return command;
    }

    private static void ShowStatus(Screen screen, SweepFolder sweep)
    {
        var states = sweep.Runs.Select(r => (Run: r, State: sweep.StateOf(r))).ToArray();
        var stages = sweep.Plan.Stages.Select(s => s.Name).ToArray();
        var kinds = Enum.GetValues<SweepState>();
        screen.Table(
            sweep.Plan.Name,
            ["stage", .. kinds.Select(k => k.ToString().ToLowerInvariant())],
            stages.Select(s =>
                (IReadOnlyList<string>)
                    [s, .. kinds.Select(k => $"{states.Count(r => r.Run.Stage == s && r.State == k)}")]
            )
        );
        foreach (var (run, _) in states.Where(s => s.State == SweepState.Failed))
            screen.Say($"run {run.Number} ({Settings(run)}) failed: {RunClaim.LastWords(sweep.Of(run))}");
        var left = TimeLeft(sweep, states);
        if (left is { } time)
            screen.Say($"about {Words.Time(time)} of work left");
        screen.Emit(
            new()
            {
                ["runs"] = states.Length,
                ["states"] = new JsonObject(
                    kinds.Select(k =>
                        KeyValuePair.Create(k.ToString().ToLowerInvariant(), (JsonNode?)states.Count(s => s.State == k))
                    )
                ),
                ["secondsLeft"] = left?.TotalSeconds,
            }
        );
    }

    // What runs of the same stage took, for those that are not done; null while a stage has none to go by.
    private static TimeSpan? TimeLeft(SweepFolder sweep, (SweepRun Run, SweepState State)[] states)
    {
        var seconds = 0.0;
        foreach (var stage in states.GroupBy(s => s.Run.Stage))
        {
            var open = stage.Count(s => s.State != SweepState.Done);
            if (open == 0)
                continue;
            var done = stage
                .Where(s => s.State == SweepState.Done)
                .Take(100)
                .Select(s => SweepResult.Read(sweep.ResultOf(s.Run))?.Seconds)
                .OfType<double>()
                .ToArray();
            if (done.Length == 0)
                return null;
            seconds += open * done.Average();
        }
        return seconds == 0 ? null : TimeSpan.FromSeconds(seconds);
    }

    private static int? Index() =>
        int.TryParse(Environment.GetEnvironmentVariable("SLURM_ARRAY_TASK_ID"), out var slurm) ? slurm
        : int.TryParse(Environment.GetEnvironmentVariable("JOB_COMPLETION_INDEX"), out var kubernetes) ? kubernetes + 1
        : null;

    // The command line of this program.
    private static string Self()
    {
        var self = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? $"'{self}' '{Path.Combine(AppContext.BaseDirectory, "slim.dll")}'"
            : $"'{self}'";
    }

    private static void Report(Screen screen, SweepRun run, SweepState state, string words)
    {
        lock (screen)
        {
            var verb = state switch
            {
                SweepState.Running when words.Length > 0 => "given up: " + words,
                SweepState.Running => "begun",
                SweepState.Done => "done",
                SweepState.Stopped => "stopped, with a checkpoint",
                _ => "failed: " + words,
            };
            screen.Say($"run {run.Number} {run.Stage} ({Settings(run)}): {verb}");
            screen.Emit(
                new()
                {
                    ["run"] = run.Number,
                    ["state"] = state.ToString().ToLowerInvariant(),
                    ["words"] = words,
                }
            );
        }
    }

    private static string Settings(SweepRun run) => string.Join(", ", run.Settings.Select(s => $"{s.Key} {s.Value}"));

    private static JsonObject ToJson(SweepRun run) =>
        new()
        {
            ["number"] = run.Number,
            ["stage"] = run.Stage,
            ["command"] = run.Command,
            ["parent"] = run.Parent,
            ["options"] = new JsonObject(run.Options.Select(o => KeyValuePair.Create(o.Key, (JsonNode?)o.Value))),
        };
}
