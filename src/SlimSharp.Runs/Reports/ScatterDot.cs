namespace SlimSharp.Runs;

/// <summary>A dot of a scatter chart.</summary>
/// <param name="Name">What it is, shown where it is pointed at.</param>
/// <param name="Group">What it belongs to: one colour.</param>
/// <param name="X">What it costs.</param>
/// <param name="Y">What it is worth.</param>
public sealed record ScatterDot(string Name, string Group, double X, double Y)
{
    /// <summary>Those that are worth more than all that cost less, by ascending cost: the Pareto front.</summary>
    public static IReadOnlyList<ScatterDot> Front(IEnumerable<ScatterDot> dots)
    {
        var (front, best) = (new List<ScatterDot>(), double.NegativeInfinity);
        foreach (var dot in dots.OrderBy(d => d.X).ThenByDescending(d => d.Y))
        {
            if (dot.Y <= best)
                continue;
            front.Add(dot);
            best = dot.Y;
        }
        return front;
    }
}
