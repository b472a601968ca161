using System.CommandLine;

namespace SlimSharp.Cli;

/// <summary>slim bench latency: files against each other.</summary>
internal static class LatencyCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "latency",
            "Run networks turn by turn on the same images and compare: .slim files and run folders in ONNX Runtime and libtorch, .onnx files in ONNX Runtime. Ratios are to the first."
        );
        var files = new Argument<string[]>("FILE")
        {
            Description = "Run folders, .slim files, .onnx files, or names of networks of the zoo.",
            Arity = ArgumentArity.OneOrMore,
        };
        var batch = new Option<string>("--batch")
        {
            Description = "Images at a time, several with commas between.",
            DefaultValueFactory = _ => "1,64",
            HelpName = "N,…",
        };
        var runs = new Option<int>("--runs")
        {
            Description = "How often each is run, after ten runs that do not count.",
            DefaultValueFactory = _ => 200,
            HelpName = "N",
        };
        var runtime = Choices.Optional("--runtime", "Only one runtime [default: both].", "onnx", "libtorch");
        var layers = new Option<int>("--layers")
        {
            Description = "How many of the slowest layers to list, 0 for none.",
            DefaultValueFactory = _ => 12,
            HelpName = "N",
        };
        var common = new CommonOptions();
        command.Add(files);
        foreach (var option in (Option[])[batch, runs, runtime, layers])
            command.Add(option);
        common.AddTo(command);
        command.SetAction(
            (parsed, stop) =>
            {
                var batches = BenchCommand.Batches(parsed.GetValue(batch)!);
                if (batches.Length == 0)
                    throw new UsageException("--batch names no number of images.");
                if (parsed.GetValue(runs) is < 1 or > 1_000_000)
                    throw new UsageException($"--runs is {parsed.GetValue(runs)}, but must be from 1 to 1,000,000.");
                if (parsed.GetValue(runtime) == "libtorch")
                    parsed.Refuse("are those of ONNX Runtime; leave it out with --runtime libtorch", layers);
                var device = common.Prepare(parsed);
                using var race = new LatencyComparison(
                    common.Screen(parsed),
                    parsed.GetValue(common.Threads),
                    device,
                    parsed.GetValue(files)!
                );
                race.Run(
                    batches,
                    parsed.GetValue(runs),
                    parsed.GetValue(runtime),
                    Math.Max(parsed.GetValue(layers), 0),
                    stop
                );
                return Task.FromResult(ExitCode.Done);
            }
        );
        return command;
    }
}
