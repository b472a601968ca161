using System.CommandLine;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Onnx;

namespace SlimSharp.Cli;

/// <summary>slim quantize: an ONNX file in 8-bit integers.</summary>
internal static class QuantizeCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "quantize",
            "Write a network as an ONNX file of 8-bit integers, calibrated on training images, and measure both files in ONNX Runtime on test images."
        );
        var input = new Argument<string>("RUN") { Description = "A run folder or .slim file." };
        var output = new OutputOption("--onnx")
        {
            Description = "The file to write [default: int8.onnx beside the model].",
            HelpName = "FILE",
        };
        var method = Choices.Choice(
            "--calibration",
            "How ranges of values are chosen: least mean squared error, a percentile, or from the least to the largest.",
            "mse",
            "percentile",
            "minmax"
        );
        var percentile = new Option<double>("--percentile")
        {
            Description = "Percent of values that stay inside.",
            DefaultValueFactory = _ => new QuantizationOptions().Percentile,
            HelpName = "PERCENT",
        };
        var images = new Option<int>("--images")
        {
            Description = "Training images to calibrate on.",
            DefaultValueFactory = _ => 256,
            HelpName = "N",
        };
        var first = new Option<bool>("--keep-first") { Description = "Leave the first layer in 32-bit numbers." };
        var last = new Option<bool>("--keep-last") { Description = "Leave the last layer in 32-bit numbers." };
        var plain = new Option<bool>("--no-bias-correction")
        {
            Description = "Leave biases as they are, instead of making good what rounding does to each channel's mean.",
        };
        var reduced = new Option<bool>("--reduced-range")
        {
            Description =
                "Weights of 7 bits, for processors whose 8-bit products saturate (AVX2, AVX-512 without VNNI) [default: as ONNX Runtime computes here on training images].",
        };
        var full = new Option<bool>("--full-range")
        {
            Description = "Weights of 8 bits whatever this processor makes of them, for a file that runs on another.",
        };
        var pixels = OnnxFiles.Pixels();
        var (data, normalization) = (new DataArguments(), new NormalizationArguments());
        var common = new CommonOptions();
        command.Add(input);
        foreach (
            var option in (Option[])[output, method, percentile, images, first, last, plain, reduced, full, pixels]
        )
            command.Add(option);
        data.AddTo(command);
        normalization.AddTo(command);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(images) < 1)
                throw new UsageException($"--images is {parsed.GetValue(images)}, but must be 1 or more.");
            if (parsed.Has(percentile) && parsed.GetValue(method) != "percentile")
                throw new UsageException("--percentile goes with --calibration percentile.");
            if (parsed.GetValue(reduced) && parsed.GetValue(full))
                throw new UsageException("--reduced-range and --full-range exclude each other.");
            common.Prepare(parsed);
            var path = ModelFile.Trained(parsed.GetValue(input)!);
            using var source = SlimFile.Load(path);
            var file = normalization.Needed(parsed, source, path);
            var options = new QuantizationOptions
            {
                Method = parsed.GetValue(method) switch
                {
                    "minmax" => CalibrationMethod.MinMax,
                    "percentile" => CalibrationMethod.Percentile,
                    _ => CalibrationMethod.MeanSquaredError,
                },
                Percentile = parsed.GetValue(percentile),
                KeepFirst = parsed.GetValue(first),
                KeepLast = parsed.GetValue(last),
                CorrectBias = !parsed.GetValue(plain),
                ReducedRange = parsed.GetValue(reduced),
            };
            var target =
                parsed.GetValue(output)
                ?? OutputOption.Checked(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "int8.onnx"));
            var screen = common.Screen(parsed);
            var ways = data.Get(parsed, file.Data);
            var sets = ImageSets.For(screen, file, ways);
            ImageSets.WarnOfSeen(
                screen,
                file,
                ways,
                sets.Test ?? sets.Validation,
                sets.Test is null ? "validation" : "test"
            );
            new Quantization(screen, file, sets, parsed.GetValue(common.Threads)).Run(
                target,
                options,
                OnnxFiles.Pixels(parsed.GetValue(pixels)!),
                parsed.GetValue(images),
                measuresRange: !parsed.GetValue(reduced) && !parsed.GetValue(full)
            );
            return ExitCode.Done;
        });
        return command;
    }
}
