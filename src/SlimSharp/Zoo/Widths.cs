using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>Widths times a factor, as all families take it.</summary>
internal static class Widths
{
    internal static int Scaled(int channels, double factor)
    {
        var scaled = Math.Round(channels * factor, MidpointRounding.AwayFromZero);
        return scaled is >= 1 and <= 1 << 20
            ? (int)scaled
            : throw new NetworkException(
                FormattableString.Invariant(
                    $"With the factor {factor} a layer of {channels} channels would have {scaled}."
                )
            );
    }
}
