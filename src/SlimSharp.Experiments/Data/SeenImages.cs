using System.Security.Cryptography;
using SlimSharp.Data;
using SlimSharp.Formats;

namespace SlimSharp.Experiments;

/// <summary>
/// Images that are to judge a network, and that it was trained on: another share of validation or test images than its
/// training had holds out others. A file names its data, their shares, and the hash of the images that it was trained
/// on.
/// </summary>
internal static class SeenImages
{
    private const string Hash = "data"; // in the provenance, of the training images

    /// <summary>
    /// A warning where some of these images were trained on; null where none were, or the file does not tell.
    /// </summary>
    /// <param name="file">The network's file.</param>
    /// <param name="options">How the images were read.</param>
    /// <param name="judges">The images.</param>
    /// <param name="name">What they are called: validation or test.</param>
    /// <param name="stop">Stops the reading.</param>
    internal static string? Warning(
        SlimFile file,
        DataOptions options,
        ImageSet? judges,
        string name,
        CancellationToken stop = default
    )
    {
        if (
            judges is not { IsInMemory: true }
            || file.Data is not { } own
            || !file.Provenance.TryGetValue(Hash, out var hash)
        )
            return null;
        // What a larger share holds out includes what a smaller one does.
        if (options.Test == own.Test && (name == "test" || options.Validation <= own.Validation))
            return null;
        var trained = ImageSets
            .Silently(
                file,
                options with
                {
                    Validation = own.Validation,
                    Test = own.Test,
                    Parts = DataParts.All,
                    Cancellation = stop,
                }
            )
            .Train;
        if (trained is not { IsInMemory: true } || trained.Checksum() != hash)
            return null; // other data, or too much to look through
        var seen = Contents(trained).ToHashSet();
        var count = Contents(judges).Count(seen.Contains);
        return count == 0
            ? null
            : $"{Words.Count(count)} of the {Words.Count(judges.Count)} {name} images are among those that the network was trained on: "
                + $"its training held out {Share(own.Validation, "validation")}{(own.Test is { } test ? $" and {Share(test, "test")}" : "")}. "
                + "What is measured on them is too good. "
                + (
                    own.Validation > 0
                        ? $"Give DataOptions.Validation = {Words.Number(own.Validation)}"
                        : "Measure on test images"
                )
                + ", or train again with a larger share held out.";
    }

    // A part of a hash of each image is enough to tell it from others.
    private static IEnumerable<Guid> Contents(ImageSet set) =>
        Enumerable.Range(0, set.Count).Select(i => new Guid(SHA256.HashData(set.Image(i)).AsSpan(0, 16)));

    private static string Share(double share, string name) =>
        share == 0 ? $"no {name} images" : $"{Words.Percent(share, 0)} as {name} images";
}
