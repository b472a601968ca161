using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Latency;
using SlimSharp.Objectives;
using SlimSharp.Onnx;

namespace SlimSharp.Cli;

/// <summary>A network in 32-bit numbers and in 8-bit integers side by side, both as ONNX Runtime runs them.</summary>
internal sealed class Quantization(Screen screen, SlimFile file, TrainAndTest data, int threads)
{
    private const int Compared = 250; // images
    private const double Agreeing = 0.95;
    private const int TimedRuns = 30; // each, in turn
    private const double Noticeable = 1.05; // less comes and goes

    /// <summary>Writes the file and a table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How.</param>
    /// <param name="pixels">What the file reads.</param>
    /// <param name="images">How many training images are calibrated on.</param>
    /// <param name="measuresRange">
    /// Whether weights of 8 or of 7 bits are taken, as this processor computes with them; otherwise the options say it.
    /// </param>
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
        train.CheckFits(file.Network);
        var noClasses =
            Classification.NoClasses(file.Network) ?? (test.HasLabels ? null : $"{test.Name} has no labels");
        if (noClasses is null)
            Classification.CheckClasses(file.Network, test);
        var normalization = file.Normalization!;
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
        ShowFiles();
        var some = test.Subset(test.Spread(Math.Min(Compared, test.Count)));
        var (same, difference) = OnnxCheck.Agreement(small, quantized, some, normalization);
        Compare(same, difference, some.Count, hasClasses: noClasses is null);
        var times = LatencyRace.Onnx([plain.ToBytes(), small.ToBytes()], 1, threads, TimedRuns);
        var (slow, fast) = (times[1].Median, times[0].Median);
        if (Slower(fast, slow) is { } sentence)
            screen.Say(sentence);
        screen.Say($"{quantized.Layers.Count} layers in 8 bits: {path}");
        screen.Emit(
            new()
            {
                ["file"] = path,
                ["layers"] = quantized.Layers.Count,
                ["weightBits"] = range?.IsReduced ?? options.ReducedRange ? 7 : 8,
                ["roundingDifference"] = range?.Full,
                ["roundingDifferenceReduced"] = range is { Reduced: >= 0 and var reduced } ? reduced : null,
                ["sameClass"] = noClasses is null ? same : null,
                ["difference"] = difference,
                ["accuracyBefore"] = before,
                ["accuracy"] = after,
                ["whyNoAccuracy"] = noClasses,
                ["bytesBefore"] = size,
                ["bytes"] = smaller,
                ["millisecondsBefore"] = fast,
                ["milliseconds"] = slow,
            }
        );

        (double? Accuracy, int Size) Measure(OnnxModel model)
        {
            var bytes = model.ToBytes();
            using var session = new OnnxSession(bytes, threads);
            return (noClasses is null ? session.Accuracy(test, normalization) : null, bytes.Length);
        }

        void ShowFiles()
        {
            string Share(double? accuracy) => accuracy is { } share ? Words.Percent(share, 2) : "–";
            screen.Table(
                noClasses is null
                    ? $"In ONNX Runtime, on {test.Count:N0} {(data.Test is null ? "validation" : "test")} images:"
                    : $"{noClasses}, so accuracy is not measured:",
                ["", "accuracy", "file"],
                [
                    ["32-bit numbers", Share(before), Words.Size(size)],
                    ["8-bit integers", Share(after), Words.Size(smaller)],
                ]
            );
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

    /// <summary>That the 8-bit file is the slower one, by milliseconds of both; null where it is not.</summary>
    internal static string? Slower(double plain, double small) =>
        small > Noticeable * plain
            ? $"Measured here, the 8-bit file is slower: {Words.Number(small, "F3")} ms in place of {Words.Number(plain, "F3")} ms for one image."
            : null;

    private void Compare(double same, double difference, int images, bool hasClasses)
    {
        screen.Say(
            hasClasses
                ? $"On this processor ONNX Runtime chooses the class of the exact simulation on {Words.Percent(same)} of {images} images; outputs differ by at most {Words.Percent(difference)} of the largest."
                : $"On this processor outputs of ONNX Runtime differ from the exact simulation by at most {Words.Percent(difference)} of the largest, on {images} images."
        );
        if (hasClasses && same < Agreeing)
            screen.Warn(
                Processor.AddsByteProductsExactly
                    ? "That is more than differences in rounding explain."
                    : "8-bit products saturate on this processor; --reduced-range avoids that."
            );
    }
}
