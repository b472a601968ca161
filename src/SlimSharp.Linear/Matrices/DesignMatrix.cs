namespace SlimSharp.Linear;

/// <summary>
/// A matrix of samples (rows) by features (columns), read column by column, in double precision. Dense and sparse ones
/// compute the same. A factor on each column scales features without a copy.
/// </summary>
public abstract class DesignMatrix
{
    private readonly double[]? _factors;

    private protected DesignMatrix(int rows, int columns, double[]? factors)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        (Rows, Columns, _factors) = (rows, columns, factors);
    }

    /// <summary>Samples.</summary>
    public int Rows { get; }

    /// <summary>Features.</summary>
    public int Columns { get; }

    /// <summary>Numbers that are stored.</summary>
    public abstract long Stored { get; }

    /// <summary>xⱼᵀv.</summary>
    /// <param name="column">j.</param>
    /// <param name="v">As many numbers as there are rows.</param>
    public double Dot(int column, ReadOnlySpan<double> v) => Factor(column) * RawDot(column, v);

    /// <summary>v ← v + factor · xⱼ.</summary>
    public void Add(int column, double factor, Span<double> v) => RawAdd(column, factor * Factor(column), v);

    /// <summary>Σᵢ dᵢxᵢⱼ².</summary>
    public double Curvature(int column, ReadOnlySpan<double> d) =>
        Factor(column) * Factor(column) * RawCurvature(column, d);

    /// <summary>v ← v + factor · d∘xⱼ, elementwise.</summary>
    public void AddWeighted(int column, double factor, ReadOnlySpan<double> d, Span<double> v) =>
        RawAddWeighted(column, factor * Factor(column), d, v);

    /// <summary>
    /// The mean of a column, and its standard deviation: the root of the mean squared difference from that.
    /// </summary>
    public (double Mean, double Deviation) Moments(int column)
    {
        var (mean, deviation) = RawMoments(column);
        return (Factor(column) * mean, Math.Abs(Factor(column)) * deviation);
    }

    /// <summary>Xw, plus a constant, into <paramref name="result"/>; columns of zero weight are not read.</summary>
    public void Multiply(ReadOnlySpan<double> weights, double constant, Span<double> result)
    {
        result.Fill(constant);
        for (var j = 0; j < Columns; j++)
        {
            if (weights[j] != 0)
                Add(j, weights[j], result);
        }
    }

    /// <summary>The same features, each times its factor; shares the numbers of this one.</summary>
    public DesignMatrix Scaled(ReadOnlySpan<double> factors)
    {
        if (factors.Length != Columns)
            throw new ArgumentException($"There are {Columns} columns, but {factors.Length} factors.");
        var all = factors.ToArray();
        for (var j = 0; j < Columns; j++)
            all[j] *= Factor(j);
        return WithFactors(all);
    }

    /// <summary>Some of the rows, in the given order, as a matrix of its own.</summary>
    public abstract DesignMatrix Select(ReadOnlySpan<int> rows);

    /// <summary>XᵀDX of some of the columns: its lower triangle, row by row.</summary>
    /// <param name="columns">Which.</param>
    /// <param name="d">The diagonal of D: as many numbers as there are rows.</param>
    public virtual double[][] Gram(ReadOnlySpan<int> columns, ReadOnlySpan<double> d)
    {
        var (gram, weighted) = (new double[columns.Length][], new double[Rows]);
        for (var a = 0; a < columns.Length; a++)
        {
            Array.Clear(weighted);
            AddWeighted(columns[a], 1, d, weighted);
            gram[a] = new double[a + 1];
            for (var b = 0; b <= a; b++)
                gram[a][b] = Dot(columns[b], weighted);
        }
        return gram;
    }

    private protected double[]? Factors => _factors;

    private protected abstract DesignMatrix WithFactors(double[] factors);

    private protected abstract (double Mean, double Deviation) RawMoments(int column);

    private protected abstract double RawDot(int column, ReadOnlySpan<double> v);

    private protected abstract void RawAdd(int column, double factor, Span<double> v);

    private protected abstract double RawCurvature(int column, ReadOnlySpan<double> d);

    private protected abstract void RawAddWeighted(int column, double factor, ReadOnlySpan<double> d, Span<double> v);

    private double Factor(int column) => _factors is null ? 1 : _factors[column];
}
