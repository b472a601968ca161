using System.Numerics;
using System.Runtime.CompilerServices;

namespace SlimSharp.Linear;

/// <summary>A matrix whose numbers are all stored, column after column.</summary>
public sealed class DenseMatrix : DesignMatrix
{
    private readonly double[] _values;

    /// <summary>From numbers that lie column after column; they are not copied.</summary>
    /// <exception cref="ArgumentException">There are not rows × columns of them, or one is not finite.</exception>
    public DenseMatrix(int rows, int columns, double[] values)
        : this(rows, columns, values, null)
    {
        if (values.LongLength != (long)rows * columns)
            throw new ArgumentException($"{rows} × {columns} numbers are needed, but there are {values.LongLength}.");
        if (Array.FindIndex(values, v => !double.IsFinite(v)) is >= 0 and var at)
            throw new ArgumentException($"The number in row {at % rows}, column {at / rows} is {values[at]}.");
    }

    private DenseMatrix(int rows, int columns, double[] values, double[]? factors)
        : base(rows, columns, factors) => _values = values;

    /// <summary>From rows of numbers.</summary>
    public static DenseMatrix FromRows(IReadOnlyList<double[]> rows)
    {
        var columns = rows.Count == 0 ? 0 : rows[0].Length;
        var values = new double[rows.Count * columns];
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Length != columns)
                throw new ArgumentException($"Row {i} has {rows[i].Length} numbers, but row 0 has {columns}.");
            for (var j = 0; j < columns; j++)
                values[j * rows.Count + i] = rows[i][j];
        }
        return new(rows.Count, columns, values);
    }

    /// <inheritdoc/>
    public override long Stored => _values.LongLength;

    /// <inheritdoc/>
    public override DesignMatrix Select(ReadOnlySpan<int> rows)
    {
        var values = new double[(long)rows.Length * Columns];
        for (var j = 0; j < Columns; j++)
        {
            var from = Column(j);
            var to = values.AsSpan(j * rows.Length, rows.Length);
            for (var i = 0; i < rows.Length; i++)
                to[i] = from[rows[i]];
        }
        return new DenseMatrix(rows.Length, Columns, values, Factors);
    }

    private protected override DesignMatrix WithFactors(double[] factors) =>
        new DenseMatrix(Rows, Columns, _values, factors);

    private protected override (double Mean, double Deviation) RawMoments(int column)
    {
        var x = Column(column);
        var (mean, square) = (Rows == 0 ? 0 : Vectors.Sum(x) / Rows, 0.0);
        foreach (var value in x)
            square += (value - mean) * (value - mean);
        return (mean, Math.Sqrt(square / Math.Max(Rows, 1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override double RawDot(int column, ReadOnlySpan<double> v) => Vectors.Dot(Column(column), v);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RawAdd(int column, double factor, Span<double> v)
    {
        var x = Column(column);
        var xs = Vectors.Of(x);
        var vs = Vectors.Of(v);
        var factors = new Vector<double>(factor);
        for (var i = 0; i < xs.Length; i++)
            vs[i] = Vector.FusedMultiplyAdd(factors, xs[i], vs[i]);
        for (var i = xs.Length * Vector<double>.Count; i < x.Length; i++)
            v[i] += factor * x[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override double RawCurvature(int column, ReadOnlySpan<double> d)
    {
        var x = Column(column);
        var xs = Vectors.Of(x);
        var ds = Vectors.Of(d);
        var (even, odd) = (Vector<double>.Zero, Vector<double>.Zero);
        var i = 0;
        for (; i + 1 < xs.Length; i += 2)
        {
            even = Vector.FusedMultiplyAdd(xs[i] * xs[i], ds[i], even);
            odd = Vector.FusedMultiplyAdd(xs[i + 1] * xs[i + 1], ds[i + 1], odd);
        }
        for (; i < xs.Length; i++)
            even = Vector.FusedMultiplyAdd(xs[i] * xs[i], ds[i], even);
        var sum = Vector.Sum(even + odd);
        for (i = xs.Length * Vector<double>.Count; i < x.Length; i++)
            sum += x[i] * x[i] * d[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RawAddWeighted(int column, double factor, ReadOnlySpan<double> d, Span<double> v)
    {
        var x = Column(column);
        var xs = Vectors.Of(x);
        var vs = Vectors.Of(v);
        var ds = Vectors.Of(d);
        var factors = new Vector<double>(factor);
        for (var i = 0; i < xs.Length; i++)
            vs[i] = Vector.FusedMultiplyAdd(factors * ds[i], xs[i], vs[i]);
        for (var i = xs.Length * Vector<double>.Count; i < x.Length; i++)
            v[i] += factor * d[i] * x[i];
    }

    private ReadOnlySpan<double> Column(int column) => new(_values, column * Rows, Rows);
}
