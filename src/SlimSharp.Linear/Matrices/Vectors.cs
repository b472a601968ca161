using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SlimSharp.Linear;

/// <summary>
/// Sums over vectors, in an order that does not depend on anything but their length. These and the other loops over
/// samples are compiled for good at once: fits are over before a runtime has found out that they matter.
/// </summary>
internal static class Vectors
{
    /// <summary>
    /// The same numbers, as many at a time as the processor takes; those that are left over at the end are not in it.
    /// </summary>
    internal static ReadOnlySpan<Vector<double>> Of(ReadOnlySpan<double> x) =>
        MemoryMarshal.Cast<double, Vector<double>>(x);

    internal static Span<Vector<double>> Of(Span<double> x) => MemoryMarshal.Cast<double, Vector<double>>(x);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var xs = Of(x);
        var ys = Of(y);
        if (xs.Length != ys.Length)
            throw new ArgumentException($"The vectors have {x.Length} and {y.Length} numbers.");
        var (a, b, c, d) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
        var i = 0;
        for (; i + 3 < xs.Length; i += 4)
        {
            a = Vector.FusedMultiplyAdd(xs[i], ys[i], a);
            b = Vector.FusedMultiplyAdd(xs[i + 1], ys[i + 1], b);
            c = Vector.FusedMultiplyAdd(xs[i + 2], ys[i + 2], c);
            d = Vector.FusedMultiplyAdd(xs[i + 3], ys[i + 3], d);
        }
        for (; i < xs.Length; i++)
            a = Vector.FusedMultiplyAdd(xs[i], ys[i], a);
        var sum = Vector.Sum(a + b + (c + d));
        for (i = xs.Length * Vector<double>.Count; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }

    /// <summary>x·y of four y, which may be longer than x, at once: x is read once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Dots(
        ReadOnlySpan<double> x,
        ReadOnlySpan<double> y0,
        ReadOnlySpan<double> y1,
        ReadOnlySpan<double> y2,
        ReadOnlySpan<double> y3,
        Span<double> dots
    )
    {
        var n = x.Length;
        var xs = Of(x);
        var ys0 = Of(y0[..n]);
        var ys1 = Of(y1[..n]);
        var ys2 = Of(y2[..n]);
        var ys3 = Of(y3[..n]);
        var (a, b, c, d) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
        for (var i = 0; i < xs.Length; i++)
        {
            a = Vector.FusedMultiplyAdd(xs[i], ys0[i], a);
            b = Vector.FusedMultiplyAdd(xs[i], ys1[i], b);
            c = Vector.FusedMultiplyAdd(xs[i], ys2[i], c);
            d = Vector.FusedMultiplyAdd(xs[i], ys3[i], d);
        }
        (dots[0], dots[1], dots[2], dots[3]) = (Vector.Sum(a), Vector.Sum(b), Vector.Sum(c), Vector.Sum(d));
        for (var i = xs.Length * Vector<double>.Count; i < x.Length; i++)
        {
            dots[0] += x[i] * y0[i];
            dots[1] += x[i] * y1[i];
            dots[2] += x[i] * y2[i];
            dots[3] += x[i] * y3[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Sum(ReadOnlySpan<double> x)
    {
        var xs = Of(x);
        var (a, b) = (Vector<double>.Zero, Vector<double>.Zero);
        var i = 0;
        for (; i + 1 < xs.Length; i += 2)
            (a, b) = (a + xs[i], b + xs[i + 1]);
        for (; i < xs.Length; i++)
            a += xs[i];
        var sum = Vector.Sum(a + b);
        for (i = xs.Length * Vector<double>.Count; i < x.Length; i++)
            sum += x[i];
        return sum;
    }

    /// <summary>y ← y + factor · x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        var xs = Of(x);
        var ys = Of(y);
        var factors = new Vector<double>(factor);
        for (var i = 0; i < xs.Length; i++)
            ys[i] = Vector.FusedMultiplyAdd(factors, xs[i], ys[i]);
        for (var i = xs.Length * Vector<double>.Count; i < x.Length; i++)
            y[i] += factor * x[i];
    }

    internal static double LargestMagnitude(ReadOnlySpan<double> x)
    {
        var most = 0.0;
        foreach (var v in x)
            most = Math.Max(most, Math.Abs(v));
        return most;
    }
}
