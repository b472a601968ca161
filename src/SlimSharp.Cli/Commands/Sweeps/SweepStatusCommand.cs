using System.CommandLine;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep status: how far a sweep is.</summary>
internal static class SweepStatusCommand
{
    internal static Command Create()
    {
        var command = new Command("status", "Show how far a sweep is, what failed and why, and the time left.");
        var (folder, common) = (SweepCommand.Folder(), new CommonOptions());
        command.Add(folder);
        command.Add(common.Json);
        command.SetAction(parsed =>
        {
            SweepStatus.Show(common.Screen(parsed), SweepFolder.Open(parsed.GetValue(folder)!));
            return ExitCode.Done;
        });
        return command;
    }
}
