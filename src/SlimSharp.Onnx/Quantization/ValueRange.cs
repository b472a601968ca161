namespace SlimSharp.Onnx;

/// <summary>How numbers stand for 8-bit integers: number = scale·(integer − zero), integer in [0, 255].</summary>
/// <param name="Scale">The step, a normal 32-bit number.</param>
/// <param name="Zero">The integer that stands for 0.</param>
public readonly record struct ValueRange(float Scale, byte Zero)
{
    /// <summary>
    /// The least step, 2⁻⁶³. Runtimes multiply the step of weights by that of what they multiply, in 32 bits: of two
    /// such steps the product is still a normal number,
    /// and neither imprecise nor zero.
    /// </summary>
    internal const float LeastStep = 1f / (1UL << 63);

    private const int Steps = byte.MaxValue;

    /// <summary>
    /// The range from <paramref name="least"/> to <paramref name="largest"/>, widened so that it holds 0, which is
    /// exact. A range that is too narrow for 32-bit steps is
    /// widened to the least of them; where there is nothing but 0, the step is 1.
    /// </summary>
    public static ValueRange Of(double least, double largest)
    {
        (least, largest) = (Math.Min(least, 0), Math.Max(largest, 0));
        if (least == largest)
            return new(1, 0);
        var scale = Math.Max((float)((largest - least) / Steps), LeastStep);
        return new(scale, (byte)Math.Clamp(Math.Round(-least / scale), 0, Steps));
    }

    /// <summary>The number nearest to <paramref name="x"/> that has an integer.</summary>
    public double Round(double x) => Scale * (Math.Clamp(Math.Round(x / Scale) + Zero, 0, Steps) - Zero);
}
