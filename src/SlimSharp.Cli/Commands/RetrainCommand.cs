using System.CommandLine;
using SlimSharp.Formats;

namespace SlimSharp.Cli;

/// <summary>slim retrain: goes on from a cut network's weights.</summary>
internal static class RetrainCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "retrain",
            "Train a cut network on from the weights it kept, by default without a penalty; writes a run folder."
        );
        var file = new Argument<string?>("FILE")
        {
            Description = "A .slim file, or a run folder with a pruned.slim.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var run = new RunArguments();
        command.Add(file);
        run.AddTo(command);
        command.SetAction(parsed =>
            run.Execute(
                parsed,
                () =>
                {
                    var given =
                        parsed.GetValue(file)
                        ?? throw new UsageException("Name the .slim file or run folder to retrain.");
                    var path = Files.Resolve(given, "pruned.slim", "model.slim");
                    using var start = SlimFile.Load(path);
                    return run.Read(parsed, start.Data) with { From = path };
                }
            )
        );
        return command;
    }
}
