using System.CommandLine;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep slurm: one job array.</summary>
internal static class SweepSlurmCommand
{
    internal static Command Create()
    {
        var command = new Command("slurm", "Submit a sweep to Slurm as one job array.");
        var folder = SweepCommand.Folder();
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
            }.For(sweep, SelfProcess.Words);
            if (parsed.GetValue(dry))
            {
                Screen.Document(script);
                return ExitCode.Done;
            }
            return SlurmScript.Submit(script);
        });
        return command;
    }
}
