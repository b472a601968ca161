using SlimSharp.Latency;
using SlimSharp.Networks;

namespace SlimSharp.Tests.Latency;

/// <summary>Tables whose times follow a formula instead of a machine.</summary>
internal static class MadeTable
{
    /// <summary>
    /// A table for a network: a fixed part, a part per channel that is read or made, and a part per multiply-add.
    /// </summary>
    internal static LatencyTable For(Network network, int step = 4)
    {
        var asked = (LatencyGrid.Empty(1, 1) with { Step = step }).With(LayerUse.Of(network));
        return asked with
        {
            Kinds =
            [
                .. asked.Kinds.Select(k =>
                    k with
                    {
                        Times =
                        [
                            .. from reads in k.Reads
                            from makes in k.Makes.Count == 0 ? [reads] : k.Makes
                            select Milliseconds(k.Kind, reads, makes),
                        ],
                    }
                ),
            ],
        };
    }

    internal static double Milliseconds(TimedLayer kind, double reads, double makes)
    {
        var places = Math.Max(kind.Height * kind.Width + kind.Tokens, 1);
        var window = kind.Layer is Convolution c ? c.Kernel.Area : 1;
        return kind.HasOwnWidth
            ? 0.002 + 1e-6 * places * (reads + makes) + 1e-6 * places * window * reads * makes
            : 0.001 + 1e-5 * places * reads;
    }
}
