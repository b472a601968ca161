using SlimSharp.Linear;
using SlimSharp.Penalties;

namespace SlimSharp.Tests.Logistic;

/// <summary>Random problems, and the design that the claims are about.</summary>
internal static class Problems
{
    /// <summary>Standard normal features with labels drawn from a logistic model of some of them.</summary>
    internal static (DenseMatrix Features, sbyte[] Labels) Logistic(
        int seed,
        int rows,
        int columns,
        int relevant,
        double weight
    )
    {
        var random = new Random(seed);
        var values = new double[rows * columns];
        for (var i = 0; i < values.Length; i++)
            values[i] = Normal(random);
        var truth = Truth(seed, columns, relevant, weight);
        var labels = new sbyte[rows];
        for (var i = 0; i < rows; i++)
        {
            var z = 0.0;
            for (var j = 0; j < columns; j++)
                z += truth[j] * values[j * rows + i];
            labels[i] = random.NextDouble() < 1 / (1 + Math.Exp(-z)) ? (sbyte)1 : (sbyte)-1;
        }
        labels[0] = 1;
        labels[^1] = -1;
        return (new(rows, columns, values), labels);
    }

    /// <summary>The weights of that model: the first ones, of either sign.</summary>
    internal static double[] Truth(int seed, int columns, int relevant, double weight)
    {
        var random = new Random(seed + 1_000_000);
        var truth = new double[columns];
        for (var j = 0; j < relevant; j++)
            truth[j] = random.Next(2) == 0 ? weight : -weight;
        return truth;
    }

    /// <summary>A sample, each feature by so much more.</summary>
    internal static double[] Row(DesignMatrix x, int i, double more)
    {
        var unit = new double[x.Rows];
        unit[i] = 1;
        return [.. Enumerable.Range(0, x.Columns).Select(j => x.Dot(j, unit) + more)];
    }

    internal static SparseMatrix ToSparse(DesignMatrix dense)
    {
        var (starts, rows, values) = (new long[dense.Columns + 1], new List<int>(), new List<double>());
        var unit = new double[dense.Rows];
        for (var j = 0; j < dense.Columns; j++)
        {
            for (var i = 0; i < dense.Rows; i++)
            {
                unit[i] = 1;
                if (dense.Dot(j, unit) is not 0 and var value)
                {
                    rows.Add(i);
                    values.Add(value);
                }
                unit[i] = 0;
            }
            starts[j + 1] = rows.Count;
        }
        return new(dense.Rows, dense.Columns, starts, [.. rows], [.. values]);
    }

    internal static LogisticProblem Sample(int seed, Penalty penalty, int rows = 80, int columns = 12)
    {
        var (features, labels) = Logistic(seed, rows, columns, 3, 1.5);
        return new(features, labels, penalty);
    }

    /// <summary>Penalties as a user of features of deviation 1 would shape them, one of each kind.</summary>
    internal static Penalty[] Penalties { get; } =
    [
        new L1(),
        Mcp.Firm(0.1),
        new Mcp(2),
        new Scad(3, 0.5),
        new TransformedL1(2),
        new Lp(0.5),
        new Lp(0.8),
        new Exponential(0.5),
        new Logarithmic(0.5),
        new Arctangent(0.5),
    ];

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
