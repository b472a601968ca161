using System.CommandLine;
using System.Globalization;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Zoo;

namespace SlimSharp.Cli;

/// <summary>slim convert: brings weights that were trained elsewhere.</summary>
internal static class ConvertCommand
{
    private const int Listed = 8;

    internal static Command Create()
    {
        var command = new Command(
            "convert",
            "Make a .slim file from PyTorch weights (.pth, .pt, .th) or any safetensors file, for a network of the zoo."
        );
        var input = new Argument<string>("WEIGHTS") { Description = "The file." };
        var model = new Option<string?>("--model")
        {
            Description = "The network whose weights they are; 'slim train --help' lists them.",
            HelpName = "NAME",
        };
        var width = new Option<double>("--width")
        {
            Description = "Factor on all widths.",
            DefaultValueFactory = _ => 1,
            HelpName = "FACTOR",
        };
        var classes = new Option<int>("--classes")
        {
            Description = "Outputs.",
            DefaultValueFactory = _ => 10,
            HelpName = "N",
        };
        var mean = new Option<string?>("--mean")
        {
            Description =
                "Mean per channel of what the network was trained on, for pixels in 0–1, as in 0.485,0.456,0.406.",
            HelpName = "LIST",
        };
        var deviation = new Option<string?>("--deviation")
        {
            Description = "Standard deviation per channel.",
            HelpName = "LIST",
        };
        var raw = new Option<bool>("--raw-pixels")
        {
            Description =
                "The network was trained on pixels from 0 to 255 as they are, instead of --mean and --deviation.",
        };
        var output = new Option<string?>("--out") { Description = "The file to write.", HelpName = "FILE" };
        var common = new CommonOptions();
        command.Add(input);
        foreach (var option in (Option[])[model, width, classes, mean, deviation, raw, output])
            command.Add(option);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var network = ZooEntry.Get(
                parsed.GetValue(model) ?? throw new UsageException("Give --model NAME, such as --model resnet20."),
                parsed.GetValue(classes),
                parsed.GetValue(width)
            );
            var target = parsed.GetValue(output) ?? throw new UsageException("Give --out FILE for the .slim file.");
            var normalization = Normalization(
                parsed.GetValue(mean),
                parsed.GetValue(deviation),
                parsed.GetValue(raw),
                network
            );
            common.Prepare(parsed);
            return Convert(common.Screen(parsed), parsed.GetValue(input)!, target, network, normalization);
        });
        return command;
    }

    private static int Convert(Screen screen, string path, string target, Network network, Normalization? normalization)
    {
        if (!File.Exists(path))
            throw new UsageException($"There is no file '{path}'.");
        var tensors = path.EndsWith(".safetensors", StringComparison.Ordinal)
            ? SafeTensors.Read(path).Tensors
            : StateDict.Read(path);
        try
        {
            var fitting = NameMap.Fit(network, tensors);
            var narrower = fitting
                .Nodes.Where(n =>
                    n.Layer is (Convolution or Networks.Linear) && fitting.Shapes[n.Name] != network.Shapes[n.Name]
                )
                .ToArray();
            network = fitting;
            using var file = new SlimFile
            {
                Network = network,
                Weights = NameMap.Match(path, network, tensors),
                Normalization = normalization,
                Provenance = new Dictionary<string, string>
                {
                    ["command"] = "convert",
                    ["from"] = Path.GetFileName(path),
                },
            };
            file.Save(target);
            if (narrower.Length > 0)
                screen.Say(
                    $"{narrower.Length} layers are as wide as the weights: {string.Join(", ", narrower.Take(Listed).Select(n => $"{n.Name} {fitting.Shapes[n.Name].Channels}"))}{(narrower.Length > Listed ? ", …" : "")}"
                );
        }
        finally
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
        screen.Say(
            $"{target} ({Words.Size(new FileInfo(target).Length)}): {network.Name}, {Words.Count(NetworkCost.Of(network).Parameters)} parameters"
        );
        if (normalization is null)
            screen.Warn(
                "no --mean and --deviation were given; 'slim evaluate' will normalise by the images it measures on."
            );
        screen.Emit(new() { ["file"] = target, ["parameters"] = NetworkCost.Of(network).Parameters });
        return ExitCode.Done;
    }

    private static Normalization? Normalization(string? mean, string? deviation, bool raw, Network network)
    {
        var channels = network.Shapes[network.Inputs.First().Name].Channels;
        if (raw && (mean ?? deviation) is not null)
            throw new UsageException("--raw-pixels takes the place of --mean and --deviation; leave those out.");
        if (raw)
            return Data.Normalization.Raw(channels);
        if (mean is null && deviation is null)
            return null;
        var (means, deviations) = (Numbers("--mean", mean, channels), Numbers("--deviation", deviation, channels));
        return deviations.All(d => d > 0)
            ? new([.. means], [.. deviations])
            : throw new UsageException("--deviation must be positive.");
    }

    private static double[] Numbers(string option, string? list, int channels)
    {
        double[] numbers =
        [
            .. (list ?? "")
                .Split(',')
                .Select(p =>
                    double.TryParse(p, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : double.NaN
                ),
        ];
        return numbers.Length == channels && numbers.All(double.IsFinite)
            ? numbers
            : throw new UsageException(
                $"{option} needs {channels} numbers with commas between, as in 0.485,0.456,0.406."
            );
    }
}
