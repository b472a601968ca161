using SlimSharp.Linear;

namespace SlimSharp.Benchmarks;

/// <summary>
/// A set, scaled to the standard deviation 1 (dense ones centred as well), in the form that both sides are handed.
/// </summary>
internal sealed record LogisticData(
    string Name,
    DesignMatrix Features,
    sbyte[] Labels,
    double[] Values,
    long[] Starts,
    int[] RowIndices
)
{
    internal static LogisticData Read(string name)
    {
        var data = TabularSets.Read(name);
        var (raw, factors) = (data.Features, Standardization.Factors(data.Features));
        if (raw is DenseMatrix)
        {
            var values = new double[(long)raw.Rows * raw.Columns];
            for (var j = 0; j < raw.Columns; j++)
            {
                var column = values.AsSpan(j * raw.Rows, raw.Rows);
                raw.Add(j, factors[j], column);
                var mean = raw.Moments(j).Mean * factors[j];
                foreach (ref var value in column)
                    value -= factors[j] == 0 ? 0 : mean;
            }
            return new(name, new DenseMatrix(raw.Rows, raw.Columns, values), data.Labels, values, [], []);
        }
        var (starts, rows, numbers) = ((SparseMatrix)raw).ToArrays();
        for (var j = 0; j < raw.Columns; j++)
        {
            for (var k = starts[j]; k < starts[j + 1]; k++)
                numbers[k] *= factors[j];
        }
        return new(
            name,
            new SparseMatrix(raw.Rows, raw.Columns, starts, rows, numbers),
            data.Labels,
            numbers,
            starts,
            rows
        );
    }
}
