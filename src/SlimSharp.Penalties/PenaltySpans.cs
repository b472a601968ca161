using System.Numerics;

namespace SlimSharp.Penalties;

/// <summary>Penalties on vectors: one loop over a span for each of the scalar functions.</summary>
public static class PenaltySpans
{
    /// <summary>ΣJ(xᵢ).</summary>
    public static double Value<T>(this Penalty penalty, ReadOnlySpan<T> x)
        where T : IFloatingPoint<T>
    {
        var sum = 0.0;
        foreach (var item in x)
            sum += penalty.Value(double.CreateTruncating(item));
        return sum;
    }

    /// <summary>Adds λ·J'(xᵢ) to <paramref name="gradient"/>, a span of the same length.</summary>
    public static void AddDerivative<T>(this Penalty penalty, ReadOnlySpan<T> x, double lambda, Span<T> gradient)
        where T : IFloatingPoint<T>
    {
        for (var i = 0; i < x.Length; i++)
            gradient[i] += T.CreateTruncating(lambda * penalty.Derivative(double.CreateTruncating(x[i])));
    }

    /// <summary>Replaces every xᵢ by its proximal point for m = step·λ.</summary>
    public static void Prox<T>(this Penalty penalty, Span<T> x, double m)
        where T : IFloatingPoint<T>
    {
        foreach (ref var item in x)
            item = T.CreateTruncating(penalty.Prox(double.CreateTruncating(item), m));
    }
}
