using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using SlimSharp.Networks;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>What train and retrain share: where the run goes, and going on with one that was stopped.</summary>
internal static class RunArguments
{
    internal static (Option<string?> Output, Option<string?> Resume) Create() =>
        (
            new("--out") { Description = "The run folder to make.", HelpName = "DIR" },
            new("--resume")
            {
                Description = "Go on with the run in this folder, with its own options.",
                HelpName = "DIR",
            }
        );

    internal static int Execute(
        ParseResult parsed,
        Option<string?> output,
        Option<string?> resume,
        CommonOptions common,
        Func<RunOptions> read
    )
    {
        var screen = common.Screen(parsed);
        common.Prepare(parsed);
        if (parsed.GetValue(resume) is not null && Others(parsed, resume, common.Json) is { } other)
            throw new UsageException($"--resume goes on with the run's own options; leave out {other}.");
        var (folder, options) = Open(parsed.GetValue(output), parsed.GetValue(resume), read);
        SlimSharp.Threads.Count = options.Threads;
        using var signals = new StopSignals();
        try
        {
            using var result = new TrainingSession(folder, options, screen).Run(signals.Token);
            Report(screen, folder, NetworkCost.Of(result.Network));
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            screen.Emit(new() { ["stopped"] = true, ["run"] = folder.Path });
            screen.Say($"Stopped with a checkpoint. Go on with: slim {options.Command} --resume {folder.Path}");
            return ExitCode.Stopped;
        }
        catch when (!folder.HasCheckpoint && parsed.GetValue(resume) is null)
        {
            // Nothing was trained: the folder that was just made would only stand in the way.
            Directory.Delete(folder.Path, recursive: true);
            throw;
        }
    }

    // The first thing that was typed beside the given options.
    private static string? Others(ParseResult parsed, params Option[] given) =>
        parsed
            .CommandResult.Children.Select(c =>
                c switch
                {
                    OptionResult { Implicit: false } o when !given.Contains(o.Option) => o.Option.Name,
                    ArgumentResult { Tokens.Count: > 0 } a => a.Tokens[0].Value,
                    _ => null,
                }
            )
            .FirstOrDefault(name => name is not null);

    private static (RunFolder Folder, RunOptions Options) Open(string? output, string? resume, Func<RunOptions> read)
    {
        if (resume is not null)
        {
            var existing = RunFolder.Open(resume);
            return existing.IsFinished
                ? throw new UsageException($"The run in '{resume}' is finished: {existing.ModelFile} is there.")
                : (existing, RunOptions.Read(existing));
        }
        var path =
            output ?? throw new UsageException("Give --out DIR for the run folder, or --resume DIR to go on with one.");
        var options = read();
        return (RunFolder.Create(path, options.ToJson()), options);
    }

    private static void Report(Screen screen, RunFolder folder, NetworkCost cost)
    {
        screen.Say(
            $"{Words.Count(cost.Parameters)} parameters, {Words.Count(cost.Macs)} MACs: {folder.ModelFile} ({Words.Size(new FileInfo(folder.ModelFile).Length)}), pictures in {folder.ReportFile}"
        );
        screen.Emit(
            new JsonObject
            {
                ["model"] = folder.ModelFile,
                ["parameters"] = cost.Parameters,
                ["macs"] = cost.Macs,
                ["report"] = folder.ReportFile,
            }
        );
    }
}
