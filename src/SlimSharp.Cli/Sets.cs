using SlimSharp.Data;
using SlimSharp.Formats;

namespace SlimSharp.Cli;

/// <summary>Reads images for commands, and says what should be known of them.</summary>
internal static class Sets
{
    /// <summary>The images as they are.</summary>
    internal static TrainAndTest Read(Screen screen, DataOptions options) => Said(screen, DataSource.Read(options));

    /// <summary>The images with the labels of a file's classes, matched by name.</summary>
    /// <exception cref="DataException">The images have classes that the file does not know.</exception>
    internal static TrainAndTest For(Screen screen, SlimFile file, DataOptions options) =>
        Said(screen, DataSource.Read(options).MatchedTo(file.Classes, $"the network {file.Network.Name}"));

    private static TrainAndTest Said(Screen screen, TrainAndTest sets)
    {
        foreach (var remark in sets.Remarks)
            screen.Warn(remark);
        return sets;
    }
}
