namespace SlimSharp.Networks;

/// <summary>What layers have in common that weigh input channels and add them up.</summary>
internal static class WeightedSum
{
    /// <summary>What constants of input channels add to each output channel.</summary>
    /// <param name="constants">By input channel.</param>
    /// <param name="weight">Outputs × inputs × taps.</param>
    /// <param name="outputs">How many output channels.</param>
    internal static double[] Of(double[] constants, double[] weight, int outputs)
    {
        var sums = new double[outputs];
        var taps = weight.Length / outputs / constants.Length;
        for (var o = 0; o < outputs; o++)
        {
            for (var c = 0; c < constants.Length; c++)
            {
                if (constants[c] == 0)
                    continue;
                var first = (o * constants.Length + c) * taps;
                foreach (var w in weight.AsSpan(first, taps))
                {
                    if (w != 0) // of what is no constant, nothing arrives
                        sums[o] += w * constants[c];
                }
            }
        }
        return sums;
    }
}
