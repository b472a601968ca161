using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>
/// What a change to a network costs in accuracy, from the same images before and after: only images on which the two
/// disagree tell anything, so this is far sharper than two accuracies with an interval each.
/// </summary>
/// <param name="Images">How many images.</param>
/// <param name="Lost">How many were right before and wrong after.</param>
/// <param name="Won">How many were wrong before and right after.</param>
public readonly record struct PairedLoss(int Images, int Lost, int Won)
{
    // 95 % on one side, of the normal distribution.
    private const double Quantile = 1.6448536269514722;

    // Half an image more in each of the four cells: right or wrong, before and after.
    private const double Added = 0.5;

    /// <summary>The accuracy lost, in [−1, 1]; negative where accuracy was gained.</summary>
    [JsonIgnore]
    public double Mean => (double)(Lost - Won) / Images;

    /// <summary>
    /// With 95 % confidence no more accuracy is lost than this: the upper end of a one-sided interval for matched
    /// proportions (Agresti and Min, Statistics in Medicine 24, 2005: Wald's, half an observation added to each cell).
    /// </summary>
    [JsonIgnore]
    public double AtMost
    {
        get
        {
            var images = Images + 4 * Added;
            var (lost, won) = (Lost + Added, Won + Added);
            var mean = (lost - won) / images;
            return mean + Quantile * Math.Sqrt(((lost + won) / images - mean * mean) / images);
        }
    }

    /// <summary>Compares image by image.</summary>
    /// <param name="before">Which images were right before.</param>
    /// <param name="after">Which of the same images are right after.</param>
    /// <exception cref="ArgumentException">They are not as many, or none.</exception>
    public static PairedLoss Of(ReadOnlySpan<bool> before, ReadOnlySpan<bool> after)
    {
        if (before.Length != after.Length || before.IsEmpty)
            throw new ArgumentException(
                $"{before.Length} images before and {after.Length} after cannot be compared.",
                nameof(after)
            );
        var (lost, won) = (0, 0);
        for (var i = 0; i < before.Length; i++)
        {
            lost += before[i] && !after[i] ? 1 : 0;
            won += !before[i] && after[i] ? 1 : 0;
        }
        return new(before.Length, lost, won);
    }

    /// <summary>
    /// With 95 % confidence a share that was measured on so many images is at least this: the lower end of Wilson's
    /// one-sided interval (Journal of the American Statistical Association 22, 1927).
    /// </summary>
    internal static double ShareAtLeast(double share, int images)
    {
        var z = Quantile * Quantile / images;
        return (share + z / 2 - Math.Sqrt(z * (share * (1 - share) + z / 4))) / (1 + z);
    }

    /// <summary>
    /// The fewest images that can show a loss of at most <paramref name="margin"/>, if not one of them changes.
    /// </summary>
    internal static int Needed(double margin)
    {
        var images = 1;
        while (new PairedLoss(images, 0, 0).AtMost > margin)
            images++;
        return images;
    }
}
