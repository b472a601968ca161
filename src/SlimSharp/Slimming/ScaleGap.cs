using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>
/// The widest gap between neighbouring scales, on a logarithmic axis: where a penalty has parted those that matter from
/// those that do not.
/// </summary>
/// <param name="Share">The share of scales below it, in [0, 1].</param>
/// <param name="Below">The largest of them.</param>
/// <param name="Above">The smallest of the others.</param>
public sealed record ScaleGap(double Share, double Below, double Above)
{
    private const double Least = 1e-12; // zero, on a logarithmic axis
    private const double Margin = 0.02; // of the scales at either end, whose neighbours are far by chance
    private const double Clear = 3;

    /// <summary>How many times as large the scales above are.</summary>
    [JsonIgnore]
    public double Factor => Math.Max(Above, Least) / Math.Max(Below, Least);

    /// <summary>True if those above are at least three times as large.</summary>
    [JsonIgnore]
    public bool IsClear => Factor >= Clear;

    /// <summary>Where the gap lies, in words, without a capital or a full stop.</summary>
    [JsonIgnore]
    public string InWords =>
        IsClear
            ? FormattableString.Invariant(
                $"the scales show a gap: {100 * Share:F1} % are at most {Below:G3}, the others at least {Above:G3}"
            )
            : FormattableString.Invariant(
                $"the scales show no clear gap: the widest, at {100 * Share:F1} %, is from {Below:G3} to {Above:G3}"
            );

    /// <summary>The gap of some absolute scales; null if there are too few, or all are equal.</summary>
    /// <param name="scales">Absolute values, in any order.</param>
    public static ScaleGap? Of(IEnumerable<double> scales)
    {
        double[] sorted = [.. scales.Order()];
        var margin = (int)Math.Ceiling(Margin * sorted.Length);
        ScaleGap? widest = null;
        for (var i = Math.Max(margin, 1); i <= sorted.Length - Math.Max(margin, 1); i++)
        {
            var gap = new ScaleGap((double)i / sorted.Length, sorted[i - 1], sorted[i]);
            if (sorted[i] > sorted[i - 1] && (widest is null || gap.Factor > widest.Factor))
                widest = gap;
        }
        return widest;
    }
}
