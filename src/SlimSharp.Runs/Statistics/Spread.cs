using System.Globalization;

namespace SlimSharp.Runs;

/// <summary>Mean and standard deviation of some values.</summary>
/// <param name="Mean">The mean; NaN of none.</param>
/// <param name="Deviation">The standard deviation of a sample; NaN of fewer than two.</param>
/// <param name="Count">How many.</param>
public readonly record struct Spread(double Mean, double Deviation, int Count)
{
    /// <summary>Of these values.</summary>
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
            return new(double.NaN, double.NaN, 0);
        var mean = values.Average();
        var deviation =
            values.Count == 1 ? double.NaN : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
        return new(mean, deviation, values.Count);
    }

    /// <summary>True if Welch's t of the difference is below 2; false where that cannot be told.</summary>
    public bool IsWithinNoiseOf(Spread other)
    {
        var variance = Deviation * Deviation / Count + other.Deviation * other.Deviation / other.Count;
        return Math.Abs(Mean - other.Mean) <= 2 * Math.Sqrt(variance);
    }

    /// <summary>Mean ± deviation.</summary>
    public string ToString(string format)
    {
        if (Count == 0)
            return "–";
        var mean = Mean.ToString(format, CultureInfo.InvariantCulture);
        return Count == 1 ? mean : $"{mean} ± {Deviation.ToString(format, CultureInfo.InvariantCulture)}";
    }
}
