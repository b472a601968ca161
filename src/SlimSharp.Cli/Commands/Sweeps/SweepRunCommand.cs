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
            using var signals = new StopSignals();
            var ends = new SweepState[count];
            var workers = Enumerable
                .Range(0, count)
                .Select(i => new Thread(() =>
                    ends[i] = new SweepWorker(sweep, new SweepExecutor(threads).Execute)
                    {
                        Retries = parsed.GetValue(retry),
                        Report = (run, state, words) =>
                            SweepScreen.Report(
                                screen,
                                run,
                                state,
                                words,
                                state == SweepState.Done ? SweepProgress.Of(sweep) : null,
                                count
                            ),
                    }.WorkOnAll(signals.Token)
                ))
                .ToArray();
            foreach (var worker in workers)
                worker.Start();
            foreach (var worker in workers)
                worker.Join();
            SweepStatus.Show(screen, sweep);
            return ends.Contains(SweepState.Stopped) ? ExitCode.Stopped
                : ends.All(e => e == SweepState.Done) ? ExitCode.Done
                : ExitCode.Missed;
        });
        return command;
    }
}
