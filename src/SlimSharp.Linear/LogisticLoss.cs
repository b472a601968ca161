using System.Numerics;
using System.Runtime.CompilerServices;

namespace SlimSharp.Linear;

/// <summary>The logistic loss of margins z = x·w + v, vectorised; exp of nothing positive is ever taken.</summary>
internal static class LogisticLoss
{
    /// <summary>Σ s·ln(1 + exp(−yz)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Value(
        ReadOnlySpan<double> margins,
        ReadOnlySpan<double> labels,
        ReadOnlySpan<double> weights
    )
    {
        var sum = Vector<double>.Zero;
        var zs = Vectors.Of(margins);
        var ys = Vectors.Of(labels);
        var ss = Vectors.Of(weights);
        for (var i = 0; i < zs.Length; i++)
        {
            var u = ys[i] * zs[i];
            var e = VectorMath.Exp(-Vector.Abs(u));
            sum += ss[i] * (VectorMath.LogOfOneAnd(e) + Vector.Max(-u, Vector<double>.Zero));
        }
        var total = Vector.Sum(sum);
        for (var i = zs.Length * Vector<double>.Count; i < margins.Length; i++)
        {
            var u = labels[i] * margins[i];
            total += weights[i] * (Math.Log(1 + Math.Exp(-Math.Abs(u))) + Math.Max(-u, 0));
        }
        return total;
    }

    /// <summary>∂loss/∂z: −s·y·σ(−yz).</summary>
    internal static void Slopes(
        ReadOnlySpan<double> margins,
        ReadOnlySpan<double> labels,
        ReadOnlySpan<double> weights,
        Span<double> slopes
    ) => All(margins, labels, weights, slopes, []);

    /// <summary>
    /// The same, and ∂²loss/∂z² = s·σ(z)·σ(−z) into <paramref name="curvatures"/> unless that is empty; returns the
    /// loss.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double All(
        ReadOnlySpan<double> margins,
        ReadOnlySpan<double> labels,
        ReadOnlySpan<double> weights,
        Span<double> slopes,
        Span<double> curvatures
    )
    {
        var sum = Vector<double>.Zero;
        var zs = Vectors.Of(margins);
        var ys = Vectors.Of(labels);
        var ss = Vectors.Of(weights);
        var rs = Vectors.Of(slopes);
        var ds = Vectors.Of(curvatures);
        var one = Vector<double>.One;
        for (var i = 0; i < zs.Length; i++)
        {
            var u = ys[i] * zs[i];
            var e = VectorMath.Exp(-Vector.Abs(u));
            var p = one / (one + e); // σ(|u|)
            sum += ss[i] * (VectorMath.LogOfOneAnd(e) + Vector.Max(-u, Vector<double>.Zero));
            rs[i] =
                -ss[i] * ys[i] * Vector.ConditionalSelect(Vector.GreaterThanOrEqual(u, Vector<double>.Zero), e * p, p);
            if (ds.Length > 0)
                ds[i] = ss[i] * e * p * p;
        }
        var total = Vector.Sum(sum);
        for (var i = zs.Length * Vector<double>.Count; i < margins.Length; i++)
        {
            var u = labels[i] * margins[i];
            var e = Math.Exp(-Math.Abs(u));
            var p = 1 / (1 + e);
            total += weights[i] * (Math.Log(1 + e) + Math.Max(-u, 0));
            slopes[i] = -weights[i] * labels[i] * (u >= 0 ? e * p : p);
            if (curvatures.Length > 0)
                curvatures[i] = weights[i] * e * p * p;
        }
        return total;
    }
}
