using System.CommandLine;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Networks;

namespace SlimSharp.Cli;

/// <summary>slim retrain: goes on from a cut network's weights.</summary>
internal static class RetrainCommand
{
    internal static Command Create()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "A .slim file, or a run folder with a pruned.slim.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var scratch = Choices.Optional(
            "--scratch",
            "The control: the same network from new weights, for as many epochs, or for the multiply-adds that the uncut network would take in them.",
            "epochs",
            "budget"
        );
        var (run, normalization) = (new RunArguments(), new NormalizationArguments());
        var command = new CheckedCommand(
            "retrain",
            "Train a cut network on from the weights it kept, by default without a penalty; writes a run folder.",
            parsed => run.Read(parsed, new() { Path = "" })
        );
        command.Add(file);
        command.Add(scratch);
        normalization.AddTo(command);
        run.AddTo(command);
        command.SetAction(parsed =>
            run.Execute(
                parsed,
                () =>
                {
                    var given =
                        parsed.GetValue(file)
                        ?? throw new UsageException("Name the .slim file or run folder to retrain.");
                    var path = ModelFile.Resolve(given, "pruned.slim", "model.slim");
                    using var start = SlimFile.Load(path);
                    var isNew = parsed.GetValue(scratch) is not null;
                    var stated = isNew
                        ? normalization.With(parsed, start, path)
                        : normalization.Needed(parsed, start, path);
                    var options = run.Read(parsed, start.Data) with
                    {
                        From = Path.GetFullPath(path),
                        Normalization = start.Normalization is null ? stated.Normalization : null,
                    };
                    return parsed.GetValue(scratch) is { } how ? FromScratch(options, start, how) : options;
                }
            )
        );
        return command;
    }

    private static RunOptions FromScratch(RunOptions options, SlimFile start, string how)
    {
        if (how != "budget")
            return options.WithNewWeights();
        var plan = start.Plan ?? throw new UsageException("--scratch budget needs a network that was cut.");
        return options.WithNewWeights((double)NetworkCost.Of(start.Network).Macs / NetworkCost.Of(plan.Source).Macs);
    }
}
