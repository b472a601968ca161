using System.CommandLine;
using SlimSharp.Networks;
using SlimSharp.Zoo;

namespace SlimSharp.Cli;

/// <summary>slim train: a new network from the zoo, with or without a penalty.</summary>
internal static class TrainCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "train",
            "Train a network, with a sparsity penalty on its BatchNorm scales if so asked; writes a run folder."
        );
        var model = new Option<string>("--model")
        {
            Description = $"The network: {string.Join(", ", ZooEntry.All.Select(e => e.Name))}.",
            HelpName = "NAME",
        };
        var width = new Option<double>("--width")
        {
            Description = "Factor on all widths.",
            DefaultValueFactory = _ => 1,
            HelpName = "FACTOR",
        };
        var (output, resume) = RunArguments.Create();
        var (data, penalty, training, common) = (
            new DataArguments(),
            new ScalePenaltyArguments(),
            new TrainingArguments(),
            new CommonOptions()
        );
        command.Add(model);
        command.Add(width);
        data.AddTo(command);
        penalty.AddTo(command);
        training.AddTo(command);
        command.Add(output);
        command.Add(resume);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var (text, lambda) = penalty.Get(parsed);
            RunOptions Options() =>
                new()
                {
                    Command = "train",
                    Model =
                        parsed.GetValue(model) ?? throw new UsageException("Give --model NAME, such as --model vgg16."),
                    Width = parsed.GetValue(width),
                    Data = data.Get(parsed),
                    Penalty = text,
                    Lambda = lambda,
                    Training = training.Get(parsed),
                    Precision = training.Precision(parsed),
                    Threads = parsed.GetValue(common.Threads),
                    Device = parsed.GetValue(common.Device)!,
                };
            if (parsed.GetValue(resume) is null)
                ZooEntry.Get(Options().Model!, 10, Options().Width, new Shape(3, 64, 64)); // refuses a wrong name before data are read
            return RunArguments.Execute(parsed, output, resume, common, Options);
        });
        return command;
    }
}
