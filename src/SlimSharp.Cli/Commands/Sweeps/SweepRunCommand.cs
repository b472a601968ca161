using System.CommandLine;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep run: several workers on this machine.</summary>
internal static class SweepRunCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "run",
            "Work on a sweep with several processes that share the cores of this machine."
        );
        var (folder, retry, common) = (SweepCommand.Folder(), SweepCommand.Retry(), new CommonOptions());
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
            if (parsed.GetValue(retry))
                sweep.Retry();
            using var signals = new StopSignals();
            var executor = new SweepExecutor(threads);
            var workers = Enumerable
                .Range(0, count)
                .Select(_ =>
                    Task.Factory.StartNew(
                        () => Worker(screen, sweep, executor, count).WorkOnAll(signals.Token),
                        CancellationToken.None, // it says itself how far it came
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                )
                .ToArray();
            var ends = Task.WhenAll(workers).GetAwaiter().GetResult();
            SweepStatus.Show(screen, sweep);
            return ends.Contains(SweepState.Stopped) ? ExitCode.Stopped
                : ends.All(e => e == SweepState.Done) ? ExitCode.Done
                : ExitCode.Missed;
        });
        return command;
    }

    private static SweepWorker Worker(Screen screen, SweepFolder sweep, SweepExecutor executor, int count) =>
        new(sweep, executor.Execute)
        {
            Report = (run, state, words) =>
                SweepScreen.Report(
                    screen,
                    sweep,
                    run,
                    state,
                    words,
                    state == SweepState.Done ? SweepProgress.Of(sweep) : null,
                    count
                ),
        };
}
