namespace SlimSharp.Linear;

/// <summary>How well probabilities foretell classes.</summary>
/// <param name="TrueMinus">Samples of −1 taken for −1.</param>
/// <param name="FalsePlus">Samples of −1 taken for +1.</param>
/// <param name="FalseMinus">Samples of +1 taken for −1.</param>
/// <param name="TruePlus">Samples of +1 taken for +1.</param>
/// <param name="Loss">The mean logistic loss.</param>
/// <param name="Area">
/// The area under the receiver operating characteristic: how often one of +1 is above one of −1, half a time if they
/// are equal; NaN if a class is not there.
/// </param>
public readonly record struct LogisticScore(
    int TrueMinus,
    int FalsePlus,
    int FalseMinus,
    int TruePlus,
    double Loss,
    double Area
)
{
    /// <summary>The share of samples in their class.</summary>
    public double Accuracy => (double)(TrueMinus + TruePlus) / (TrueMinus + FalsePlus + FalseMinus + TruePlus);

    /// <summary>Of probabilities of +1 and the labels.</summary>
    public static LogisticScore Of(ReadOnlySpan<double> probabilities, ReadOnlySpan<sbyte> labels)
    {
        if (probabilities.Length != labels.Length)
            throw new ArgumentException($"There are {probabilities.Length} probabilities, but {labels.Length} labels.");
        var (counts, loss) = (new int[2, 2], 0.0);
        for (var i = 0; i < labels.Length; i++)
        {
            var p = probabilities[i];
            counts[labels[i] > 0 ? 1 : 0, p > 0.5 ? 1 : 0]++;
            loss -= Math.Log(Math.Max(labels[i] > 0 ? p : 1 - p, double.Epsilon));
        }
        return new(
            counts[0, 0],
            counts[0, 1],
            counts[1, 0],
            counts[1, 1],
            loss / labels.Length,
            AreaUnderCurve(probabilities, labels)
        );
    }

    // By the ranks of the positive ones, equal probabilities sharing theirs (Mann and Whitney, 1947).
    private static double AreaUnderCurve(ReadOnlySpan<double> probabilities, ReadOnlySpan<sbyte> labels)
    {
        var (order, sorted) = (new int[labels.Length], probabilities.ToArray());
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(sorted, order);
        var (ranks, plus) = (0.0, 0);
        for (var from = 0; from < order.Length; )
        {
            var to = from + 1;
            while (to < order.Length && sorted[to] == sorted[from])
                to++;
            for (var i = from; i < to; i++)
            {
                if (labels[order[i]] > 0)
                    (ranks, plus) = (ranks + (from + to + 1) / 2.0, plus + 1);
            }
            from = to;
        }
        var minus = order.Length - plus;
        return (ranks - plus * (plus + 1) / 2.0) / ((double)plus * minus);
    }
}
