using System.CommandLine;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;

namespace SlimSharp.Cli;

/// <summary>slim import: a network from an ONNX file.</summary>
internal static class ImportCommand
{
    private const int Images = 64;

    internal static Command Create()
    {
        var command = new Command(
            "import",
            "Make a .slim file of an ONNX file, so that it can be trained, cut and exported again; where its BatchNorms were folded away, --restore-batchnorm gives it scales again."
        );
        var input = new Argument<string>("FILE") { Description = "The ONNX file." };
        var output = new Option<string?>("--out") { Description = "The .slim file to write.", HelpName = "FILE" };
        var restore = new Option<bool>("--restore-batchnorm")
        {
            Description =
                "Put a BatchNorm behind every convolution that has none, with statistics of the images of --data; the function stays.",
        };
        var (data, common) = (new DataArguments(), new CommonOptions());
        command.Add(input);
        command.Add(output);
        command.Add(restore);
        data.AddTo(command);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var target = parsed.GetValue(output) ?? throw new UsageException("Give --out FILE for the .slim file.");
            common.Prepare(parsed);
            var screen = common.Screen(parsed);
            var path = parsed.GetValue(input)!;
            var model = OnnxModel.Load(path);
            var (network, weights) = OnnxImport.Of(model, path);
            using var first = weights;
            var difference = ImportCheck.Run(path, network, weights);
            var options = parsed.Has(data.Path) ? data.Get(parsed) : null;
            var sets = options is null ? null : Sets.Read(screen, options);
            var normalization = OnnxImport.NormalizationOf(model) ?? sets?.NormalizationForTraining();
            if (parsed.GetValue(restore))
            {
                (network, weights) = Restore(screen, network, first, sets, normalization);
                difference = ImportCheck.Run(path, network, weights);
            }
            using var file = new SlimFile
            {
                Network = network,
                Weights = weights,
                Normalization = normalization,
                Classes = OnnxImport.ClassesOf(model),
                Data = options,
                Provenance = new Dictionary<string, string>
                {
                    ["command"] = "import",
                    ["source"] = Path.GetFileName(path),
                },
            };
            file.Save(target);
            var cost = NetworkCost.Of(network);
            screen.Say(
                $"{target}: {network.Name}, {Words.Count(cost.Parameters)} parameters, {Words.Count(cost.Macs)} MACs, {network.BatchNorms.Count()} BatchNorms; differs by {Words.Number(difference, "G2")} of the largest output from what ONNX Runtime computes of the file, on noise"
            );
            screen.Emit(
                new()
                {
                    ["file"] = target,
                    ["parameters"] = cost.Parameters,
                    ["macs"] = cost.Macs,
                    ["batchNorms"] = network.BatchNorms.Count(),
                    ["difference"] = difference,
                }
            );
            return ExitCode.Done;
        });
        return command;
    }

    private static (Network Network, Weights Weights) Restore(
        Screen screen,
        Network network,
        Weights weights,
        TrainAndTest? sets,
        Normalization? normalization
    )
    {
        var train =
            sets?.Train ?? throw new UsageException("--restore-batchnorm needs training images; give --data DIR.");
        var (restored, all, difference) = ScaleRestoration.Run(
            network,
            weights,
            train.Subset(train.Spread(Math.Min(Images, train.Count))),
            normalization!
        );
        screen.Say(
            $"BatchNorms restored; the function differs by {Words.Number(difference, "G2")} of the largest output."
        );
        return (restored, all);
    }
}
