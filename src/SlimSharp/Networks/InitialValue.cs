namespace SlimSharp.Networks;

/// <summary>What the numbers of a parameter are before any training: one value, or random numbers around it.</summary>
/// <param name="Value">Their mean.</param>
/// <param name="Deviation">The standard deviation of normal ones; 0 if they are not normal.</param>
/// <param name="Bound">Half the width of uniform ones; 0 if they are not uniform.</param>
public readonly record struct InitialValue(double Value, double Deviation = 0, double Bound = 0)
{
    /// <summary>All 0.</summary>
    public static InitialValue Zero { get; } = new(0);

    /// <summary>All 1.</summary>
    public static InitialValue One { get; } = new(1);

    /// <summary>Normal numbers around 0.</summary>
    /// <param name="deviation">Their standard deviation.</param>
    public static InitialValue Normal(double deviation) => new(0, Deviation: deviation);

    /// <summary>Uniform numbers around 0.</summary>
    /// <param name="bound">They lie in ±<paramref name="bound"/>.</param>
    public static InitialValue Uniform(double bound) => new(0, Bound: bound);
}
