using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Onnx;

namespace SlimSharp.Cli;

/// <summary>A network in 32-bit numbers and in 8-bit integers side by side, both as ONNX Runtime runs them.</summary>
internal sealed class Quantization(Screen screen, SlimFile file, TrainAndTest data, int threads)
{
    private const int Compared = 250; // images
    private const double Agreeing = 0.95;

    /// <summary>Writes the file and a table.</summary>
    internal void Run(string path, QuantizationOptions options, OnnxPixels pixels, int images)
    {
        var train = data.Train ?? throw new DataException("Calibration needs training images, and there are none.");
        var test = data.Test ?? data.Validation ?? train;
        var normalization = file.Normalization ?? Normalization.Raw(train.Shape.Channels);
        var quantized = Quantizer.Run(
            file.Network,
            file.Weights,
            train.Subset(train.Spread(Math.Min(images, train.Count))),
            normalization,
            options
        );
        var small = OnnxExport.Of(quantized, normalization, pixels) with { Metadata = OnnxExport.MetadataOf(file) };
        var plain = OnnxExport.Of(file, new() { Pixels = pixels });
        var (before, size) = Measure(plain);
        var (after, smaller) = Measure(small);
        small.Save(path);
        screen.Table(
            $"In ONNX Runtime, on {test.Count:N0} {(data.Test is null ? "validation" : "test")} images:",
            ["", "accuracy", "file"],
            [
                ["32-bit numbers", Words.Percent(before, 2), Words.Size(size)],
                ["8-bit integers", Words.Percent(after, 2), Words.Size(smaller)],
            ]
        );
        var some = test.Subset(test.Spread(Math.Min(Compared, test.Count)));
        var (same, difference) = OnnxCheck.Agreement(small, quantized, some, normalization);
        screen.Say(
            $"On this processor ONNX Runtime chooses the class of the exact simulation on {Words.Percent(same)} of {some.Count} images; outputs differ by at most {Words.Percent(difference)} of the largest."
        );
        if (same < Agreeing)
            screen.Warn(
                Processor.AddsByteProductsExactly
                    ? "That is more than roundings that fall the other way explain."
                    : "8-bit products saturate on this processor; --reduced-range avoids that."
            );
        screen.Say($"{quantized.Layers.Count} layers in 8 bits: {path}");
        screen.Emit(
            new()
            {
                ["file"] = path,
                ["layers"] = quantized.Layers.Count,
                ["sameClass"] = same,
                ["difference"] = difference,
                ["accuracyBefore"] = before,
                ["accuracy"] = after,
                ["bytesBefore"] = size,
                ["bytes"] = smaller,
            }
        );

        (double Accuracy, int Size) Measure(OnnxModel model)
        {
            var bytes = model.ToBytes();
            using var session = new OnnxSession(bytes, threads);
            return (session.Accuracy(test, normalization), bytes.Length);
        }
    }
}
