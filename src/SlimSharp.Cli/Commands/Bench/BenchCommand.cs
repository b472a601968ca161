using System.CommandLine;

namespace SlimSharp.Cli;

/// <summary>slim bench: how long networks and layers take on this machine.</summary>
internal static class BenchCommand
{
    internal static Command Create() =>
        new Command("bench", "Time networks against each other, or layers at many widths, on this machine.")
        {
            LatencyCommand.Create(),
            LayersCommand.Create(),
        };

    /// <summary>The batch sizes in a list.</summary>
    internal static int[] Batches(string list) =>
        [
            .. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(b =>
                    int.TryParse(b, out var batch) && batch is >= 1 and <= 65536
                        ? batch
                        : throw new UsageException($"--batch {list}: '{b}' is no number of images from 1 to 65,536.")
                ),
        ];
}
