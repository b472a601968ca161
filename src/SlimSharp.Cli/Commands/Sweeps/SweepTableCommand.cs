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
        var input = new Argument<string>("DIR")
        {
            Description = "The folder of the sweep, or the file that 'slim sweep collect' has written.",
        };
        var format = Choices.Choice("--format", "How it is written.", "text", "markdown", "csv", "latex", "json");
        var split = Choices.Choice(
            "--split",
            "Which images accuracy is measured on; validation images are for choosing.",
            "test",
            "validation"
        );
        command.Add(input);
        command.Add(split);
        command.Add(format);
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(input)!;
            var results = SweepResults.Read(path);
            var table = SweepTable.Of(results, parsed.GetValue(split) == "validation");
            var form = Enum.Parse<TableFormat>(parsed.GetValue(format)!, ignoreCase: true);
            var missing = form is TableFormat.Text or TableFormat.Markdown ? Missing(results, path) : "";
            Screen.Document(table.Format(form) + missing);
            return ExitCode.Done;
        });
        return command;
    }

    // What is missing because runs failed.
    private static string Missing(SweepResults results, string path) =>
        results.Failed.Count == 0
            ? ""
            : $"\nMissing, with all that starts from them, are the runs that failed: {string.Join(", ", results.Failed.Keys)}. {SweepStatus.Again(Directory.Exists(path) ? path : "DIR")}\n";
}
