using System.Numerics;
using System.Runtime.CompilerServices;

namespace SlimSharp.Linear;

/// <summary>
/// exp and ln(1 + x) of vectors where the logistic loss needs them, to about two units in the last place; the general
/// ones of the runtime take several times as long.
/// </summary>
internal static class VectorMath
{
    private const double Least = -708; // exp of less is not a normal number
    private const double Round = 6755399441055744; // 1.5·2⁵²: adding it rounds to whole numbers, in the lowest bits
    private const double LogOfTwoHigh = 0.693147180369123816490;
    private const double LogOfTwoLow = 1.90821492927058770002e-10;

    /// <summary>exp(x) for x ≤ 0; from −708 down what it is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<double> Exp(Vector<double> x)
    {
        x = Vector.Max(x, new Vector<double>(Least));
        var shifted = Vector.FusedMultiplyAdd(
            x,
            new Vector<double>(1 / 0.693147180559945309417),
            new Vector<double>(Round)
        );
        var n = shifted - new Vector<double>(Round);
        var r = Vector.FusedMultiplyAdd(n, new Vector<double>(-LogOfTwoHigh), x);
        r = Vector.FusedMultiplyAdd(n, new Vector<double>(-LogOfTwoLow), r);
        // Taylor's series to the 13th power; |r| is at most ln(2)/2.
        var p = new Vector<double>(1.0 / 6227020800);
        p = Vector.FusedMultiplyAdd(p, r, new Vector<double>(1.0 / 479001600));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<double>(1.0 / 39916800));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<double>(1.0 / 3628800));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<double>(1.0 / 362880));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<double>(1.0 / 40320));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<double>(1.0 / 5040));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<double>(1.0 / 720));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<double>(1.0 / 120));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<double>(1.0 / 24));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<double>(1.0 / 6));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<double>(0.5));
        p = Vector.FusedMultiplyAdd(p, r, Vector<double>.One);
        p = Vector.FusedMultiplyAdd(p, r, Vector<double>.One);
        // 2ⁿ, by its exponent.
        var power = Vector.ShiftLeft(Vector.AsVectorInt64(shifted) + new Vector<long>(1023), 52);
        return p * Vector.AsVectorDouble(power);
    }

    /// <summary>ln(1 + x) for x from 0 to 1, exact for small ones, too: 2·artanh(x/(2 + x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<double> LogOfOneAnd(Vector<double> x)
    {
        var s = x / (x + new Vector<double>(2));
        var t = s * s; // at most 1/9
        var p = new Vector<double>(1.0 / 33);
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 31));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 29));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 27));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 25));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 23));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 21));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 19));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 17));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 15));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 13));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 11));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 9));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 7));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 5));
        p = Vector.FusedMultiplyAdd(p, t, new Vector<double>(1.0 / 3));
        p = Vector.FusedMultiplyAdd(p, t, Vector<double>.One);
        return (s + s) * p;
    }
}
