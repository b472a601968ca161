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
    /// <param name="path">The file.</param>
    /// <param name="options">How.</param>
    /// <param name="pixels">What the file reads.</param>
    /// <param name="images">How many training images are calibrated on.</param>
    /// <param name="measuresRange">Whether weights of 8 or of 7 bits are taken, as this processor computes with them; otherwise the options say it.</param>
    internal void Run(
        string path,
        QuantizationOptions options,
        OnnxPixels pixels,
        int images,
        bool measuresRange = true
    )
    {
        var train = data.Train ?? throw new DataException("Calibration needs training images, and there are none.");
        var test = data.Test ?? data.Validation ?? train;
        var normalization = file.Normalization ?? Normalization.Raw(train.Shape.Channels);
        var calibration = train.Subset(train.Spread(Math.Min(images, train.Count)));
        var range = measuresRange
            ? WeightRange.Measured(file.Network, file.Weights, calibration, normalization, options)
            : null;
        if (range is not null)
            Explain(range);
        var quantized =
            range?.Network ?? Quantizer.Run(file.Network, file.Weights, calibration, normalization, options);
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
                ["weightBits"] = range?.IsReduced ?? options.ReducedRange ? 7 : 8,
                ["roundingDifference"] = range?.Full,
                ["roundingDifferenceReduced"] = range is { Reduced: >= 0 and var reduced } ? reduced : null,
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

    private void Explain(WeightRange range)
    {
        if (!range.Differs)
            return;
        var words =
            $"With weights of 8 bits, outputs of ONNX Runtime on this processor differ from exact arithmetic by {Words.Percent(range.Full, 2)} of the largest on average, with 7 bits by {Words.Percent(range.Reduced, 2)}";
        screen.Say(
            range.IsReduced
                ? $"{words}: 8-bit products saturate here, so the file has weights of 7 bits, as with --reduced-range. For another processor, --full-range keeps 8 bits."
                : $"{words}: that is no saturation, so the file has weights of 8 bits."
        );
    }
}
