using SlimSharp.Data;
using SlimSharp.Formats;

namespace SlimSharp.Cli;

/// <summary>Reads images for commands, and says what should be known of them.</summary>
internal static class Sets
{
    /// <summary>The images as they are.</summary>
    internal static TrainAndTest Read(Screen screen, DataOptions options, CancellationToken stop = default) =>
        Said(screen, DataSource.Read(options with { Cancellation = stop }));

    /// <summary>The images with the labels of a file's classes, matched by name.</summary>
    /// <exception cref="DataException">The images have classes that the file does not know.</exception>
    internal static TrainAndTest For(
        Screen screen,
        SlimFile file,
        DataOptions options,
        CancellationToken stop = default
    ) => Said(screen, Silently(file, options with { Cancellation = stop }));

    /// <summary>The same without a word.</summary>
    internal static TrainAndTest Silently(SlimFile file, DataOptions options) =>
        DataSource.Read(options).MatchedTo(file.Classes, $"the network {file.Network.Name}");

    /// <summary>Warns where the images that are to judge a network are among those that it was trained on.</summary>
    internal static void WarnOfSeen(
        Screen screen,
        SlimFile file,
        DataOptions options,
        ImageSet? judges,
        string name = "validation"
    )
    {
        if (SeenImages.Warning(file, options, judges, name) is { } warning)
            screen.Warn(warning);
    }

    private static TrainAndTest Said(Screen screen, TrainAndTest sets)
    {
        foreach (var remark in sets.Remarks)
            screen.Warn(remark);
        return sets;
    }
}
