using System.Runtime.CompilerServices;

namespace SlimSharp.Linear;

/// <summary>A matrix of which only what is not zero is stored: compressed columns (CSC).</summary>
public sealed unsafe partial class SparseMatrix : DesignMatrix
{
    private readonly long[] _starts;
    private readonly int[] _rows;
    private readonly double[] _values;

    /// <summary>From compressed columns, which are not copied.</summary>
    /// <param name="rows">Samples.</param>
    /// <param name="columns">Features.</param>
    /// <param name="starts">
    /// Where each column begins in the other two, and where the last one ends: columns + 1 places.
    /// </param>
    /// <param name="rowIndices">The row of each number, ascending within a column.</param>
    /// <param name="values">The numbers.</param>
    /// <exception cref="ArgumentException">These do not describe a matrix; the message says what is wrong.</exception>
    public SparseMatrix(int rows, int columns, long[] starts, int[] rowIndices, double[] values)
        : this(rows, columns, starts, rowIndices, values, null)
    {
        if (starts.Length != columns + 1 || starts[0] != 0)
            throw new ArgumentException($"{columns} columns need {columns + 1} starts, the first of them 0.");
        if (starts[^1] > rowIndices.LongLength || rowIndices.LongLength != values.LongLength)
            throw new ArgumentException(
                $"The last column ends at {starts[^1]}, but there are {rowIndices.LongLength} rows and {values.LongLength} values."
            );
        for (var j = 0; j < columns; j++)
        {
            if (starts[j] > starts[j + 1])
                throw new ArgumentException($"Column {j} ends before it begins.");
            for (var k = starts[j]; k < starts[j + 1]; k++)
            {
                if (rowIndices[k] >= rows || rowIndices[k] < 0 || (k > starts[j] && rowIndices[k] <= rowIndices[k - 1]))
                    throw new ArgumentException(
                        $"In column {j} the row {rowIndices[k]} is out of range or out of order."
                    );
                if (!double.IsFinite(values[k]))
                    throw new ArgumentException($"The number in row {rowIndices[k]}, column {j} is {values[k]}.");
            }
        }
    }

    private SparseMatrix(int rows, int columns, long[] starts, int[] rowIndices, double[] values, double[]? factors)
        : base(rows, columns, factors) => (_starts, _rows, _values) = (starts, rowIndices, values);

    /// <inheritdoc/>
    public override long Stored => _starts[^1];

    /// <summary>
    /// The compressed columns, copied, with factors multiplied in: where each begins, the row of each number, the
    /// numbers.
    /// </summary>
    public (long[] Starts, int[] RowIndices, double[] Values) ToArrays()
    {
        var values = _values[..(int)Stored];
        for (var j = 0; Factors is not null && j < Columns; j++)
        {
            for (var k = _starts[j]; k < _starts[j + 1]; k++)
                values[k] *= Factors[j];
        }
        return ([.. _starts], _rows[..(int)Stored], values);
    }

    /// <inheritdoc/>
    public override DesignMatrix Select(ReadOnlySpan<int> rows)
    {
        // Where each row goes; a row may be asked for more than once.
        var places = new List<int>?[Rows];
        for (var i = 0; i < rows.Length; i++)
            (places[rows[i]] ??= []).Add(i);
        var starts = new long[Columns + 1];
        for (var j = 0; j < Columns; j++)
        {
            starts[j + 1] = starts[j];
            for (var k = _starts[j]; k < _starts[j + 1]; k++)
                starts[j + 1] += places[_rows[k]]?.Count ?? 0;
        }
        var (indices, values) = (new int[starts[^1]], new double[starts[^1]]);
        for (var j = 0; j < Columns; j++)
        {
            var at = (int)starts[j];
            for (var k = _starts[j]; k < _starts[j + 1]; k++)
            {
                foreach (var row in places[_rows[k]] ?? [])
                    (indices[at], values[at++]) = (row, _values[k]);
            }
            var (from, count) = ((int)starts[j], at - (int)starts[j]);
            Array.Sort(indices, values, from, count);
        }
        return new SparseMatrix(rows.Length, Columns, starts, indices, values, Factors);
    }

    private protected override DesignMatrix WithFactors(double[] factors) =>
        new SparseMatrix(Rows, Columns, _starts, _rows, _values, factors);

    private protected override (double Mean, double Deviation) RawMoments(int column)
    {
        var (from, count) = (_starts[column], _starts[column + 1] - _starts[column]);
        var stored = _values.AsSpan((int)from, (int)count);
        var mean = Rows == 0 ? 0 : Vectors.Sum(stored) / Rows;
        var square = (Rows - count) * mean * mean;
        foreach (var value in stored)
            square += (value - mean) * (value - mean);
        return (mean, Math.Sqrt(square / Math.Max(Rows, 1)));
    }

    // Rows were checked against the number of rows when the matrix was made, the vectors are checked here: what follows
    // needs no bounds checks.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override double RawDot(int column, ReadOnlySpan<double> v)
    {
        Check(v.Length);
        var (from, to) = (_starts[column], _starts[column + 1]);
        var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0);
        fixed (
            double* x = _values,
                p = v
        )
        fixed (int* row = _rows)
        {
            var k = from;
            for (; k + 3 < to; k += 4)
            {
                a += x[k] * p[row[k]];
                b += x[k + 1] * p[row[k + 1]];
                c += x[k + 2] * p[row[k + 2]];
                d += x[k + 3] * p[row[k + 3]];
            }
            for (; k < to; k++)
                a += x[k] * p[row[k]];
        }
        return a + b + (c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RawAdd(int column, double factor, Span<double> v)
    {
        Check(v.Length);
        var (from, to) = (_starts[column], _starts[column + 1]);
        fixed (
            double* x = _values,
                p = v
        )
        fixed (int* row = _rows)
        {
            var k = from;
            for (; k + 3 < to; k += 4)
            {
                // All is read before anything is written, so that no read waits for a write: rows differ within a
                // column.
                double* a = p + row[k],
                    b = p + row[k + 1],
                    c = p + row[k + 2],
                    d = p + row[k + 3];
                var (sa, sb, sc, sd) = (
                    *a + factor * x[k],
                    *b + factor * x[k + 1],
                    *c + factor * x[k + 2],
                    *d + factor * x[k + 3]
                );
                *a = sa;
                *b = sb;
                *c = sc;
                *d = sd;
            }
            for (; k < to; k++)
                p[row[k]] += factor * x[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override double RawCurvature(int column, ReadOnlySpan<double> d)
    {
        Check(d.Length);
        var (from, to) = (_starts[column], _starts[column + 1]);
        var (a, b) = (0.0, 0.0);
        fixed (
            double* x = _values,
                p = d
        )
        fixed (int* row = _rows)
        {
            var k = from;
            for (; k + 1 < to; k += 2)
            {
                a += x[k] * x[k] * p[row[k]];
                b += x[k + 1] * x[k + 1] * p[row[k + 1]];
            }
            for (; k < to; k++)
                a += x[k] * x[k] * p[row[k]];
        }
        return a + b;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RawAddWeighted(int column, double factor, ReadOnlySpan<double> d, Span<double> v)
    {
        Check(d.Length);
        Check(v.Length);
        var (from, to) = (_starts[column], _starts[column + 1]);
        fixed (
            double* x = _values,
                p = d,
                u = v
        )
        fixed (int* row = _rows)
        {
            var k = from;
            for (; k + 3 < to; k += 4)
            {
                int a = row[k],
                    b = row[k + 1],
                    c = row[k + 2],
                    e = row[k + 3];
                var (sa, sb, sc, se) = (
                    u[a] + factor * x[k] * p[a],
                    u[b] + factor * x[k + 1] * p[b],
                    u[c] + factor * x[k + 2] * p[c],
                    u[e] + factor * x[k + 3] * p[e]
                );
                u[a] = sa;
                u[b] = sb;
                u[c] = sc;
                u[e] = se;
            }
            for (; k < to; k++)
                u[row[k]] += factor * x[k] * p[row[k]];
        }
    }

    private void Check(int length)
    {
        if (length != Rows)
            throw new ArgumentException($"The vector has {length} numbers, but the matrix {Rows} rows.");
    }
}
