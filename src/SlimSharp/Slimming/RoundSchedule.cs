namespace SlimSharp.Slimming;

/// <summary>What share of what is left goes in each round of several, for one share of all to go in the end.</summary>
public static class RoundSchedule
{
    /// <summary>So that each round removes as many: of what is left, more from round to round.</summary>
    /// <param name="total">The share of all that goes in the end, in (0, 1).</param>
    /// <param name="rounds">1 or more.</param>
    /// <param name="published">
    /// The same numbers from the largest to the smallest, as OrthoReg's released code has them; what is left in the end
    /// is the same, but the first rounds remove more than the last.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static IReadOnlyList<double> Of(double total, int rounds, bool published = false)
    {
        CheckShare(total, nameof(total));
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var falling = Enumerable.Range(1, rounds).Select(i => total / (i * total + rounds * (1 - total)));
        return [.. published ? falling : falling.Reverse()];
    }

    /// <summary>So that after each round a given share of all is gone.</summary>
    /// <param name="gone">Ascending shares in (0, 1), one per round.</param>
    /// <exception cref="ArgumentException">There is none, or they do not ascend.</exception>
    public static IReadOnlyList<double> Until(params IReadOnlyList<double> gone)
    {
        if (gone.Count == 0)
            throw new ArgumentException("There is no share; give one per round.", nameof(gone));
        foreach (var share in gone)
            CheckShare(share, nameof(gone));
        var before = gone.Prepend(0).ToArray();
        return gone.Zip(before).All(g => g.First > g.Second)
            ? [.. gone.Zip(before, (now, was) => (now - was) / (1 - was))]
            : throw new ArgumentException("The shares must ascend from round to round.", nameof(gone));
    }

    private static void CheckShare(double share, string name)
    {
        if (!(share is > 0 and < 1))
            throw new ArgumentOutOfRangeException(name, share, "The share must lie in (0, 1).");
    }
}
