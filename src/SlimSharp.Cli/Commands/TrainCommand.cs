using System.CommandLine;
using SlimSharp.Experiments;
using SlimSharp.Zoo;

namespace SlimSharp.Cli;

/// <summary>slim train: a new network from the zoo, with or without a penalty.</summary>
internal static class TrainCommand
{
    internal static Command Create()
    {
        var model = new Option<string?>("--model")
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
        var run = new RunArguments();
        RunOptions Read(ParseResult parsed) =>
            run.Read(parsed) with
            {
                Model = parsed.GetValue(model) ?? throw new UsageException("Give --model NAME, such as --model vgg16."),
                Width = parsed.GetValue(width),
            };
        var command = new CheckedCommand(
            "train",
            "Train a network, with a sparsity penalty on its BatchNorm scales if so asked; writes a run folder.",
            parsed =>
            {
                var options = Read(parsed);
                ZooEntry.Get(options.Model!, classes: 10, options.Width);
            }
        );
        command.Add(model);
        command.Add(width);
        run.AddTo(command);
        command.SetAction(parsed => run.Execute(parsed, () => Read(parsed)));
        return command;
    }
}
