namespace SlimSharp.Linear;

/// <content>Products of columns with each other.</content>
public sealed partial class SparseMatrix
{
    /// <summary>
    /// Row by row, which takes as many products as there are pairs of numbers in a row; column by column it were as
    /// many as there are pairs of columns that might share one.
    /// </summary>
    public override double[][] Gram(ReadOnlySpan<int> columns, ReadOnlySpan<double> d)
    {
        var (starts, places, values) = RowsOf(columns);
        var gram = new double[columns.Length][];
        for (var a = 0; a < gram.Length; a++)
            gram[a] = new double[a + 1];
        for (var row = 0; row < Rows; row++)
        {
            for (var k = starts[row]; k < starts[row + 1]; k++)
            {
                var (sums, factor) = (gram[places[k]], d[row] * values[k]);
                for (var l = starts[row]; l <= k; l++)
                    sums[places[l]] += factor * values[l];
            }
        }
        return gram;
    }

    // Some of the columns as compressed rows: where each begins, and of each number the place of its column and the
    // value.
    private (int[] Starts, int[] Places, double[] Values) RowsOf(ReadOnlySpan<int> columns)
    {
        var starts = new int[Rows + 1];
        foreach (var j in columns)
        {
            for (var k = _starts[j]; k < _starts[j + 1]; k++)
                starts[_rows[k] + 1]++;
        }
        for (var row = 0; row < Rows; row++)
            starts[row + 1] += starts[row];
        var (next, places, values) = (starts[..^1], new int[starts[^1]], new double[starts[^1]]);
        for (var place = 0; place < columns.Length; place++)
        {
            var j = columns[place];
            var factor = Factors?[j] ?? 1;
            for (var k = _starts[j]; k < _starts[j + 1]; k++)
            {
                var at = next[_rows[k]]++;
                (places[at], values[at]) = (place, factor * _values[k]);
            }
        }
        return (starts, places, values);
    }
}
