namespace SlimSharp.Latency;

/// <summary>How long something took, over several runs, in milliseconds.</summary>
/// <param name="Median">Half of the runs took no longer.</param>
/// <param name="P10">A tenth of the runs took no longer.</param>
/// <param name="P90">Nine tenths of the runs took no longer.</param>
/// <param name="Runs">How many runs.</param>
public sealed record Timing(double Median, double P10, double P90, int Runs)
{
    /// <summary>The timing of some runs, at least one.</summary>
    /// <param name="milliseconds">How long each took.</param>
    public static Timing Of(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        double At(double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
        return new(At(0.5), At(0.1), At(0.9), sorted.Length);
    }
}
