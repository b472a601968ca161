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
        var (output, resume) = RunArguments.Create();
        var (data, penalty, training, common) = (
            new DataArguments(),
            new ScalePenaltyArguments(),
            new TrainingArguments(),
            new CommonOptions()
        );
        command.Add(file);
        data.AddTo(command);
        penalty.AddTo(command);
        training.AddTo(command);
        command.Add(output);
        command.Add(resume);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var (text, lambda) = penalty.Get(parsed);
            return RunArguments.Execute(
                parsed,
                output,
                resume,
                common,
                () =>
                {
                    var path = Files.Resolve(
                        parsed.GetValue(file)
                            ?? throw new UsageException("Name the .slim file or run folder to retrain."),
                        "pruned.slim",
                        "model.slim"
                    );
                    using var start = SlimFile.Load(path);
                    return new()
                    {
                        Command = "retrain",
                        From = path,
                        Data = data.Get(parsed, start.Data),
                        Penalty = text,
                        Lambda = lambda,
                        Training = training.Get(parsed),
                        Precision = training.Precision(parsed),
                        Threads = parsed.GetValue(common.Threads),
                        Device = parsed.GetValue(common.Device)!,
                    };
                }
            );
        });
        return command;
    }
}
