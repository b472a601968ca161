namespace SlimSharp.Onnx;

/// <summary>How often values of a node fall where, between the least and the largest seen.</summary>
internal sealed class Histogram(double least, double largest)
{
    private const int Bins = 2048;
    private const int Candidates = 50; // ranges that are tried, each a part of the whole
    private readonly long[] _counts = new long[Bins];
    private readonly double _width = Math.Max(largest - least, double.Epsilon * Bins) / Bins;

    internal void Add(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
            _counts[Math.Clamp((int)((value - least) / _width), 0, Bins - 1)]++;
    }

    internal ValueRange Range(QuantizationOptions options) =>
        options.Method switch
        {
            CalibrationMethod.MinMax => ValueRange.Of(least, largest),
            CalibrationMethod.Percentile => ValueRange.Of(
                Quantile(1 - options.Percentile / 100),
                Quantile(options.Percentile / 100)
            ),
            _ => Enumerable
                .Range(1, Candidates)
                .Select(i => (double)i / Candidates)
                .Select(part => ValueRange.Of(least * part, largest * part))
                .MinBy(Error),
        };

    // The value below which that share of all lies.
    private double Quantile(double share)
    {
        var (below, total) = (0L, _counts.Sum());
        for (var i = 0; i < Bins; i++)
        {
            below += _counts[i];
            if (below >= share * total)
                return share < 0.5 ? Edge(i) : Edge(i + 1);
        }
        return largest;
    }

    private double Error(ValueRange range)
    {
        var error = 0.0;
        for (var i = 0; i < Bins; i++)
        {
            var off = Edge(i) + _width / 2;
            off -= range.Round(off);
            error += _counts[i] * off * off;
        }
        return error;
    }

    private double Edge(int bin) => least + bin * _width;
}
