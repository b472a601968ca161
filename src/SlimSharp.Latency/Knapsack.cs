namespace SlimSharp.Latency;

/// <summary>
/// The multiple-choice knapsack: one item of every class, of least loss within a capacity (Kellerer, Pferschy and
/// Pisinger, Knapsack Problems, 2004, chapter 11).
/// </summary>
internal static class Knapsack
{
    private const int Bins = 2000;

    /// <summary>An item.</summary>
    /// <param name="Cost">What it takes of the capacity; may be negative.</param>
    /// <param name="Loss">What is to be least in sum.</param>
    internal readonly record struct Item(double Cost, double Loss);

    /// <summary>
    /// The item chosen of each class, by dynamic programming over costs rounded up to 1/2000 of what the capacity
    /// leaves above the cheapest items; the cheapest of each, if not even those fit.
    /// </summary>
    internal static int[] Solve(IReadOnlyList<Item[]> classes, double capacity)
    {
        double[] least = [.. classes.Select(c => c.Min(i => i.Cost))];
        var spare = capacity - least.Sum();
        if (spare <= 0)
            return [.. classes.Select((c, g) => Array.FindIndex(c, i => i.Cost == least[g]))];
        var best = new double[Bins + 1]; // least loss with that many bins at most
        var choices = new int[classes.Count][];
        for (var g = 0; g < classes.Count; g++)
        {
            int[] bins = [.. classes[g].Select(i => Rounded((i.Cost - least[g]) / spare))];
            var (next, choice) = (new double[Bins + 1], new int[Bins + 1]);
            Array.Fill(next, double.PositiveInfinity);
            for (var item = 0; item < bins.Length; item++)
            {
                var loss = classes[g][item].Loss;
                for (var b = bins[item]; b <= Bins; b++)
                {
                    if (best[b - bins[item]] + loss is var total && total < next[b])
                        (next[b], choice[b]) = (total, item);
                }
            }
            (best, choices[g]) = (next, choice);
        }
        var (chosen, left) = (new int[classes.Count], Bins);
        for (var g = classes.Count - 1; g >= 0; g--)
        {
            chosen[g] = choices[g][left];
            left -= Rounded((classes[g][chosen[g]].Cost - least[g]) / spare);
        }
        return chosen;
    }

    private static int Rounded(double share) => share > 1 ? Bins + 1 : (int)Math.Ceiling(share * Bins - 1e-9);
}
