namespace SlimSharp.Data;

/// <summary>
/// Numbers that become bytes: <paramref name="From"/> becomes 0, <paramref name="To"/> 255, what lies between is
/// interpolated and rounded.
/// </summary>
/// <param name="From">The number that is black.</param>
/// <param name="To">The number that is white.</param>
public sealed record PixelRange(double From, double To)
{
    /// <summary>The byte that a number becomes; null outside of the range.</summary>
    internal byte? Byte(double value) =>
        value >= From && value <= To ? (byte)Math.Round(255 * (value - From) / (To - From)) : null;
}
