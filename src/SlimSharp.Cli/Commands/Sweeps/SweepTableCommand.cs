using System.CommandLine;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep table: what came of it.</summary>
internal static class SweepTableCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "table",
            "The table of a sweep: accuracy after every stage, parameters and multiply-adds left, mean ± deviation over seeds."
        );
        var folder = SweepCommand.Folder();
        var format = Choices.Choice("--format", "How it is written.", "text", "markdown", "csv", "latex", "json");
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
}
