using System.CommandLine;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Zoo;
using TorchSharp;

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
        var normalization = new NormalizationArguments(allowsNone: true);
        var raw = new Option<bool>("--raw-pixels") { Description = "The same as --normalization bytes." };
        var output = new OutputOption("--out") { Description = "The file to write.", HelpName = "FILE" };
        var common = new CommonOptions();
        command.Add(input);
        foreach (var option in (Option[])[model, width, classes, raw, output])
            command.Add(option);
        normalization.AddTo(command);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var network = ZooEntry.Get(
                parsed.GetValue(model) ?? throw new UsageException("Give --model NAME, such as --model resnet20."),
                parsed.GetValue(classes),
                parsed.GetValue(width)
            );
            var target = parsed.GetValue(output) ?? throw new UsageException("Give --out FILE for the .slim file.");
            var isRaw = parsed.GetValue(raw);
            if (isRaw && normalization.IsGiven(parsed))
                throw new UsageException(
                    "--raw-pixels takes the place of --normalization, --mean and --deviation; leave those out."
                );
            var stated = isRaw
                ? NormalizationKind.Get("bytes", network.Shapes[network.Inputs.First().Name].Channels)
                : normalization.Get(parsed, network);
            common.Prepare(parsed);
            var screen = common.Screen(parsed);
            Convert(
                screen,
                parsed.GetValue(input)!,
                target,
                network,
                stated,
                (parsed.GetValue(classes), parsed.GetValue(width))
            );
            if (!isRaw && !normalization.IsGiven(parsed))
                screen.Warn(
                    "how images are normalised was not said. Give --normalization (or --mean and --deviation) now, "
                        + "or with every command that runs the network on images."
                );
            return ExitCode.Done;
        });
        return command;
    }

    private static void Convert(
        Screen screen,
        string path,
        string target,
        Network network,
        Normalization? normalization,
        (int Classes, double Width) asked
    )
    {
        if (!File.Exists(path))
            throw new UsageException($"There is no file '{path}'.");
        var tensors = path.EndsWith(".safetensors", StringComparison.Ordinal)
            ? SafeTensors.Read(path).Tensors
            : StateDict.Read(path);
        try
        {
            var fitting = NameMap.Fit(network, tensors);
            var narrower = fitting.Nodes.Where(n => fitting[n.Name].Layer != network[n.Name].Layer).ToArray();
            network = fitting;
            using var file = new SlimFile
            {
                Network = network,
                Weights = Match(path, network, tensors, asked),
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
            $"{target} ({Words.Size(new FileInfo(OutputPath.Of(target)).Length)}): {network.Name}, {Words.Count(NetworkCost.Of(network).Parameters)} parameters"
        );
        screen.Emit(new() { ["file"] = target, ["parameters"] = NetworkCost.Of(network).Parameters });
    }

    // Where they do not fit, perhaps another network of the zoo was meant.
    private static Weights Match(
        string path,
        Network network,
        IReadOnlyDictionary<string, torch.Tensor> tensors,
        (int Classes, double Width) asked
    )
    {
        try
        {
            return NameMap.Match(path, network, tensors);
        }
        catch (FileFormatException e)
        {
            string[] others = [.. ZooEntry.All.Where(o => Fits(o, path, tensors, asked)).Select(o => o.Name)];
            if (others.Length == 0)
                throw;
            throw new FileFormatException(
                $"{path}: does not fit {network.Name}, but fits {string.Join(" and ", others)}; give --model {others[0]}.",
                e
            );
        }
    }

    private static bool Fits(
        ZooEntry entry,
        string path,
        IReadOnlyDictionary<string, torch.Tensor> tensors,
        (int Classes, double Width) asked
    )
    {
        try
        {
            var network = NameMap.Fit(entry.Create(asked.Classes, asked.Width, entry.Usual), tensors);
            using var weights = NameMap.Match(path, network, tensors);
            return true;
        }
        catch (SlimSharpException)
        {
            return false;
        }
    }
}
