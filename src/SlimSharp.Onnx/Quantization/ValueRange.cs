namespace SlimSharp.Onnx;

/// <summary>How numbers stand for 8-bit integers: number = scale·(integer − zero), integer in [0, 255].</summary>
/// <param name="Scale">The step.</param>
/// <param name="Zero">The integer that stands for 0.</param>
public readonly record struct ValueRange(float Scale, byte Zero)
{
    private const int Steps = byte.MaxValue;

    /// <summary>The range from <paramref name="least"/> to <paramref name="largest"/>, widened so that it holds 0, which is exact.</summary>
    public static ValueRange Of(double least, double largest)
    {
        (least, largest) = (Math.Min(least, 0), Math.Max(largest, 0));
        var scale = (float)((largest - least) / Steps);
        return scale > 0 ? new(scale, (byte)Math.Clamp(Math.Round(-least / scale), 0, Steps)) : new(1, 0);
    }

    /// <summary>The number nearest to <paramref name="x"/> that has an integer.</summary>
    public double Round(double x) => Scale * (Math.Clamp(Math.Round(x / Scale) + Zero, 0, Steps) - Zero);
}
