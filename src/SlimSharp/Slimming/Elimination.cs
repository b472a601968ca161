using System.Numerics;
using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// The channels of one node, some of which are set aside one after another: what the others do not explain of each.
/// </summary>
internal sealed class Elimination
{
    // A share of the mean variance on the diagonal, without which equal channels have no inverse.
    private const double Ridge = 1e-9;

    private readonly double[][] _inverse; // rows; those of channels set aside are no longer looked at
    private readonly bool[] _isGone;
    private readonly double _ridge;

    /// <param name="covariance">Channels × channels; stays as it is.</param>
    internal Elimination(double[,] covariance)
    {
        var size = covariance.GetLength(0);
        _isGone = new bool[size];
        var mean = Enumerable.Range(0, size).Sum(i => covariance[i, i]) / size;
        _ridge = Ridge * (mean > 0 ? mean : 1);
        using var scope = torch.NewDisposeScope();
        using Scalar ridge = _ridge;
        var matrix = torch.tensor(covariance).add(torch.eye(size, dtype: torch.float64), ridge);
        var inverse = Numbers.Read(torch.linalg.inv(matrix));
        _inverse = [.. inverse.Chunk(size)];
    }

    /// <summary>The variance of some channels that those which are left do not explain, summed over them.</summary>
    internal double Residual(ReadOnlySpan<int> channels)
    {
        var trace = channels is [var one] ? 1 / _inverse[one][one] : TraceOfInverse(channels);
        return Math.Max(0, trace - channels.Length * _ridge);
    }

    /// <summary>Sets channels aside: they explain nothing any more.</summary>
    internal void Remove(ReadOnlySpan<int> channels)
    {
        foreach (var gone in channels)
        {
            _isGone[gone] = true;
            var by = _inverse[gone];
            for (var i = 0; i < _inverse.Length; i++)
            {
                if (!_isGone[i] && by[i] != 0)
                    Subtract(_inverse[i], by, by[i] / by[gone]);
            }
        }
    }

    // row ← row − factor·by
    private static void Subtract(Span<double> row, ReadOnlySpan<double> by, double factor)
    {
        var at = 0;
        for (; at <= row.Length - Vector<double>.Count; at += Vector<double>.Count)
            (new Vector<double>(row[at..]) - new Vector<double>(by[at..]) * factor).CopyTo(row[at..]);
        for (; at < row.Length; at++)
            row[at] -= factor * by[at];
    }

    // Of a few channels, by setting them aside in turn: the pivots of what is left.
    private double TraceOfInverse(ReadOnlySpan<int> channels)
    {
        var size = channels.Length;
        var (matrix, inverse) = (new double[size, size], new double[size, size]);
        for (var i = 0; i < size; i++)
        {
            inverse[i, i] = 1;
            for (var j = 0; j < size; j++)
                matrix[i, j] = _inverse[channels[i]][channels[j]];
        }
        // It is symmetric and positive: no pivoting.
        for (var pivot = 0; pivot < size; pivot++)
        {
            var scale = matrix[pivot, pivot];
            for (var j = 0; j < size; j++)
                (matrix[pivot, j], inverse[pivot, j]) = (matrix[pivot, j] / scale, inverse[pivot, j] / scale);
            for (var i = 0; i < size; i++)
            {
                var factor = matrix[i, pivot];
                for (var j = 0; i != pivot && j < size; j++)
                {
                    matrix[i, j] -= factor * matrix[pivot, j];
                    inverse[i, j] -= factor * inverse[pivot, j];
                }
            }
        }
        var trace = 0.0;
        for (var i = 0; i < size; i++)
            trace += inverse[i, i];
        return trace;
    }
}
