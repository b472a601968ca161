using System.CommandLine;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Onnx;

namespace SlimSharp.Cli;

/// <summary>slim export: hands a network or its weights on.</summary>
internal static class ExportCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "export",
            "Write a network as ONNX, checked in ONNX Runtime, or its weights for PyTorch."
        );
        var input = new Argument<string>("RUN") { Description = "A run folder or .slim file." };
        var onnx = new OutputOption("--onnx") { Description = "The ONNX file to write.", HelpName = "FILE" };
        var pixels = OnnxFiles.Pixels();
        var keep = new Option<bool>("--keep-batchnorm")
        {
            Description =
                "Keep every BatchNorm instead of folding it into the layer before, so that the file can be trained on.",
        };
        var torch = new OutputOption("--pytorch")
        {
            Description = "A PyTorch state dict, with the names of the nodes.",
            HelpName = "FILE",
        };
        var (data, normalization, common) = (new DataArguments(), new NormalizationArguments(), new CommonOptions());
        command.Add(input);
        foreach (var option in (Option[])[onnx, pixels, keep, torch])
            command.Add(option);
        data.AddTo(command);
        normalization.AddTo(command);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var (network, weights) = (parsed.GetValue(onnx), parsed.GetValue(torch));
            if (network is null && weights is null)
                throw new UsageException("Say what to write: --onnx FILE or --pytorch FILE.");
            if (network is null && (parsed.Has(pixels) || parsed.Has(keep)))
                throw new UsageException("--pixels and --keep-batchnorm go with --onnx.");
            if (network is null && parsed.Has(data.Path))
                throw new UsageException("--data names images to check --onnx on; give that, too.");
            if (network is null)
                parsed.Refuse("goes with --onnx", normalization.All);
            var images = data.Given(parsed);
            common.Prepare(parsed);
            var screen = common.Screen(parsed);
            var path = ModelFile.Trained(parsed.GetValue(input)!);
            using var source = SlimFile.Load(path);
            var file = parsed.Has(data.Path)
                ? normalization.Needed(parsed, source, path)
                : normalization.With(parsed, source, path);
            if (weights is not null)
                WriteStateDict(screen, file, weights);
            if (network is not null)
            {
                var options = new OnnxOptions
                {
                    FoldBatchNorms = !parsed.GetValue(keep),
                    Pixels = OnnxFiles.Pixels(parsed.GetValue(pixels)!),
                };
                OnnxFiles.Write(screen, file, network, options, images);
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteStateDict(Screen screen, SlimFile file, string path)
    {
        StateDict.Save(path, file.Weights.Names.ToDictionary(n => n, n => file.Weights[n]));
        screen.Say(
            $"{path} ({Words.Size(new FileInfo(OutputPath.Of(path)).Length)}): {file.Weights.Names.Count} tensors"
        );
        screen.Emit(new() { ["file"] = path, ["tensors"] = file.Weights.Names.Count });
    }
}
