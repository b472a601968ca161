using System.Text.Json.Serialization;

namespace SlimSharp.Latency;

/// <summary>The times of one kind of layer on a grid of widths.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Reads">Numbers of channels that are read, ascending.</param>
/// <param name="Makes">Numbers of channels that are made, ascending; empty where as many are made as are read.</param>
/// <param name="Times">
/// Milliseconds, row by row: for each number that is read those of all that are made. Empty before they are measured.
/// </param>
public sealed record LayerTimes(
    TimedLayer Kind,
    IReadOnlyList<int> Reads,
    IReadOnlyList<int> Makes,
    IReadOnlyList<double> Times
)
{
    private const long MostWeights = int.MaxValue / sizeof(float);

    /// <summary>True once it is measured.</summary>
    [JsonIgnore]
    public bool IsMeasured => Times.Count > 0;

    /// <summary>
    /// The narrowest of the measured widths down to which, from the widest on, every step saves at least half of its
    /// share of the time; fewer channels cost more than their share.
    /// </summary>
    public int NarrowestThatPays() => NarrowestThatPays(Reads[^1], Makes.Count == 0 ? Reads[^1] : Makes[^1]);

    /// <summary>The same for a layer of this width that reads so many channels.</summary>
    internal int NarrowestThatPays(int reads, int width)
    {
        int[] widths = [.. (Makes.Count == 0 ? Reads : Makes).Where(w => w <= width)];
        double Time(int w) => Makes.Count == 0 ? At(w, w, 1) : At(reads, w, 1);
        var share = Time(widths[^1]) / widths[^1] / 2;
        var line = widths.Length - 1;
        while (line > 0 && Time(widths[line]) - Time(widths[line - 1]) >= share * (widths[line] - widths[line - 1]))
            line--;
        return widths[line];
    }

    // No ONNX file holds more weights; each width is also made from a few channels and read into a few.
    private bool FitsAFile
    {
        get
        {
            long reads = Reads[^1];
            long makes = Makes.Count == 0 ? TimedLayer.LastChannels : Makes[^1];
            return Math.Max(reads, TimedLayer.LastChannels) * Math.Max(makes, TimedLayer.LastChannels) <= MostWeights;
        }
    }

    internal bool IsSound =>
        Kind?.Layer is not null
        && Reads is { Count: > 0 }
        && Makes is not null
        && Times is not null
        && (Times.Count == 0 || Times.Count == Reads.Count * Math.Max(Makes.Count, 1))
        && IsAscending(Reads)
        && IsAscending(Makes)
        && FitsAFile
        && Times.All(t => t is >= 0 and < double.PositiveInfinity);

    /// <summary>True if these widths lie on its grid or between.</summary>
    internal bool Covers(IReadOnlyList<int> reads, IReadOnlyList<int> makes) =>
        reads.All(Reads.Contains) && makes.All(Makes.Contains);

    /// <summary>Milliseconds, bilinear between measured widths after rounding up to <paramref name="step"/>.</summary>
    internal double At(double reads, double makes, int step)
    {
        if (!IsMeasured)
            return double.NaN;
        var (r, rest) = Place(Reads, reads, step);
        if (Makes.Count == 0)
            return Between(Times[r], rest == 0 ? 0 : Times[r + 1], rest);
        var (m, other) = Place(Makes, makes, step);
        double Row(int row)
        {
            var first = Times[row * Makes.Count + m];
            return Between(first, other == 0 ? 0 : Times[row * Makes.Count + m + 1], other);
        }
        return Between(Row(r), rest == 0 ? 0 : Row(r + 1), rest);
    }

    private static double Between(double a, double b, double share) => share == 0 ? a : a + share * (b - a);

    // The grid line at or below, and the share of the way to the next one. Nothing is known outside of the grid but its
    // edges.
    private static (int Line, double Share) Place(IReadOnlyList<int> grid, double width, int step)
    {
        var last = grid.Count - 1;
        width = Math.Min(Math.Ceiling(width / step) * step, grid[last]);
        var line = 0;
        while (line < last && grid[line + 1] <= width)
            line++;
        if (line == last || width <= grid[0])
            return (width <= grid[0] ? 0 : last, 0);
        return (line, (width - grid[line]) / (grid[line + 1] - grid[line]));
    }

    private static bool IsAscending(IReadOnlyList<int> numbers) =>
        numbers.Zip(numbers.Skip(1)).All(p => p.First < p.Second) && numbers.All(n => n > 0);
}
