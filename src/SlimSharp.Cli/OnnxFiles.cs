using System.CommandLine;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Onnx;

namespace SlimSharp.Cli;

/// <summary>Writes ONNX files that ONNX Runtime has confirmed.</summary>
internal static class OnnxFiles
{
    private const int Images = 32;

    /// <summary>What files may read.</summary>
    internal static Option<string> Pixels() =>
        Choices.Choice(
            "--pixels",
            "What the ONNX file reads: normalised numbers N×C×H×W, bytes N×C×H×W, or bytes N×H×W×C as cameras give them; bytes are normalised in the file.",
            "normalized",
            "bytes",
            "bytes-channels-last"
        );

    /// <summary>That choice as it was made.</summary>
    internal static OnnxPixels Pixels(string choice) =>
        choice switch
        {
            "bytes" => OnnxPixels.Bytes,
            "bytes-channels-last" => OnnxPixels.BytesChannelsLast,
            _ => OnnxPixels.Normalized,
        };

    /// <summary>
    /// Writes the file, unless ONNX Runtime computes something else from it than the network itself does in double
    /// precision: on images of <paramref name="data"/>, where they are given, or else of the data that the file names,
    /// or else on noise.
    /// </summary>
    internal static void Write(Screen screen, SlimFile file, string path, OnnxOptions options, DataOptions? data = null)
    {
        var model = OnnxExport.Of(file, options);
        var (difference, allowed, words) = Compare(model, file, data);
        if (!(difference <= allowed))
            throw new OnnxException(
                $"{path} was not written: on {words} ONNX Runtime differs by {Words.Number(difference, "G2")} of the largest output from the network in double precision, more than {Words.Number(allowed, "G2")}{(data is null ? "; --data DIR checks on images of your own" : "")}."
            );
        model.Save(path);
        screen.Say(
            $"{path} ({Words.Size(new FileInfo(OutputPath.Of(path)).Length)}): {model.Nodes.Length} operators; ONNX Runtime differs by {Words.Number(difference, "G2")} of the largest output on {words}."
        );
        screen.Emit(
            new()
            {
                ["file"] = path,
                ["operators"] = model.Nodes.Length,
                ["difference"] = difference,
            }
        );
    }

    private static (double Difference, double Allowed, string Words) Compare(
        OnnxModel model,
        SlimFile file,
        DataOptions? data
    )
    {
        if (ImagesFor(file, data) is var (images, words))
        {
            return (
                OnnxCheck.Difference(model, file.Network, file.Weights, images, file.Normalization!),
                OnnxCheck.Allowed(file.Network, file.Weights, images, file.Normalization!),
                words
            );
        }
        var noise = OnnxCheck.Noise(file.Network, Images);
        try
        {
            return (
                OnnxCheck.Difference(model, file.Network, file.Weights, noise),
                OnnxCheck.Allowed(file.Network, file.Weights, noise),
                $"{Images} inputs of noise (the file says no normalisation)"
            );
        }
        finally
        {
            foreach (var tensor in noise.Values)
                tensor.Dispose();
        }
    }

    // Those that are given, or its own if they are where they were; bytes of noise otherwise; none if bytes cannot be
    // brought into the network's range.
    private static (ImageSet Images, string Words)? ImagesFor(SlimFile file, DataOptions? given)
    {
        if (file.Normalization is null)
            return null;
        if ((given ?? file.Data) is { } data && (given is not null || Path.Exists(data.Path)))
        {
            var sets = DataSource.Read(data);
            var set = sets.Test ?? sets.Validation ?? sets.Train!;
            set.CheckFits(file.Network);
            var some = set.Subset(set.Spread(Math.Min(Images, set.Count)));
            return (some, $"{some.Count} images");
        }
        if (
            file.Network.Inputs.ToArray() is not [var only]
            || file.Network.Shapes[only.Name] is not { IsImage: true } shape
        )
            return null;
        var pixels = new byte[Images * shape.Count];
        new Random(0).NextBytes(pixels);
        return (
            new("noise", shape, pixels, new int[Images], ["none"]),
            $"{Images} images of noise (no data were given or found)"
        );
    }
}
