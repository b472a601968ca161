using SlimSharp.Data;
using SlimSharp.Formats;

namespace SlimSharp.Experiments;

/// <summary>Reads the images of experiments, and tells the journal what should be known of them.</summary>
public static class ImageSets
{
    /// <summary>The images as they are.</summary>
    public static TrainAndTest Read(Journal journal, DataOptions options, CancellationToken stop = default) =>
        Said(journal, DataSource.Read(options with { Cancellation = stop }));

    /// <summary>The images with the labels of a file's classes, matched by name.</summary>
    /// <exception cref="DataException">The images have classes that the file does not know.</exception>
    public static TrainAndTest For(
        Journal journal,
        SlimFile file,
        DataOptions options,
        CancellationToken stop = default
    ) => Said(journal, Silently(file, options with { Cancellation = stop }));

    /// <summary>The same without a word.</summary>
    internal static TrainAndTest Silently(SlimFile file, DataOptions options) =>
        DataSource.Read(options).MatchedTo(file.Classes, $"the network {file.Network.Name}");

    /// <summary>Warns where the images that are to judge a network are among those that it was trained on.</summary>
    public static void WarnOfSeen(
        Journal journal,
        SlimFile file,
        DataOptions options,
        ImageSet? judges,
        string name = "validation"
    )
    {
        if (SeenImages.Warning(file, options, judges, name) is { } warning)
            journal.Warn(warning);
    }

    private static TrainAndTest Said(Journal journal, TrainAndTest sets)
    {
        foreach (var remark in sets.Remarks)
            journal.Warn(remark);
        return sets;
    }
}
