using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep collect: the results of a sweep in one file.</summary>
internal static class SweepCollectCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "collect",
            "Gather plan and results of whatever is finished in one file, from which 'slim sweep table' makes the same tables; only reads the folders."
        );
        var (folder, common) = (SweepCommand.Folder(), new CommonOptions());
        var output = new OutputOption("--out")
        {
            Description = "The file to write [default: results.json in the folder].",
            HelpName = "FILE",
        };
        command.Add(folder);
        command.Add(output);
        command.Add(common.Json);
        command.SetAction(parsed =>
        {
            var (screen, sweep) = (common.Screen(parsed), SweepFolder.Open(parsed.GetValue(folder)!));
            var file = parsed.GetValue(output) ?? OutputOption.Checked(Path.Combine(sweep.Path, "results.json"));
            var collection = SweepResults.Of(sweep);
            collection.Write(file);
            screen.Say(
                $"{collection.Results.Count} of {sweep.Runs.Length} runs are finished, {collection.Failed.Count} failed: {file}"
            );
            screen.Emit(
                new JsonObject
                {
                    ["file"] = file,
                    ["runs"] = sweep.Runs.Length,
                    ["finished"] = collection.Results.Count,
                    ["failed"] = collection.Failed.Count,
                }
            );
            return ExitCode.Done;
        });
        return command;
    }
}
