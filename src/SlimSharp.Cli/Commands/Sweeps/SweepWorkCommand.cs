using System.CommandLine;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep work: one worker, as on a node of a cluster.</summary>
internal static class SweepWorkCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "work",
            "Work on a sweep: on one run (--index, or the index that Slurm or Kubernetes gives), or on all that is to be done."
        );
        var (folder, retry, common) = (SweepCommand.Folder(), SweepCommand.Retry(), new CommonOptions());
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
            var number = parsed.GetValue(index) ?? Index();
            if (parsed.GetValue(retry))
                sweep.Retry(number);
            using var signals = new StopSignals();
            var worker = new SweepWorker(sweep, new SweepExecutor(parsed.GetValue(common.Threads)).Execute)
            {
                Report = (run, state, words) => SweepScreen.Report(screen, sweep, run, state, words),
            };
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

    private static int? Index() =>
        int.TryParse(Environment.GetEnvironmentVariable("SLURM_ARRAY_TASK_ID"), out var slurm) ? slurm
        : int.TryParse(Environment.GetEnvironmentVariable("JOB_COMPLETION_INDEX"), out var kubernetes) ? kubernetes + 1
        : null;
}
