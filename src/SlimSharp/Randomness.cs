namespace SlimSharp;

/// <summary>
/// Random numbers as a pure function of a key: the same key gives the same sequence on every machine and thread
/// (SplitMix64: Steele, Lea, Flood, OOPSLA 2014).
/// </summary>
public struct Randomness
{
    private ulong _state;

    /// <summary>The sequence of that key.</summary>
    public Randomness(params ReadOnlySpan<long> key)
    {
        _state = 0x9e3779b97f4a7c15;
        foreach (var part in key)
            _state = Mix(_state + 0x9e3779b97f4a7c15 ^ Mix((ulong)part + 0x632be59bd9b4e019));
    }

    /// <summary>A name as a part of a key, the same in every process (FNV-1a).</summary>
    public static long Name(string name)
    {
        var hash = 0xcbf29ce484222325;
        foreach (var c in name)
            hash = (hash ^ c) * 0x100000001b3;
        return (long)hash;
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => Mix(_state += 0x9e3779b97f4a7c15);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="bound"/>), without bias.</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        // Lemire, ACM TOMACS 29 (2019): multiply and reject the few values that would be favoured.
        var threshold = (0UL - (ulong)bound) % (ulong)bound;
        while (true)
        {
            var high = Math.BigMul(NextBits(), (ulong)bound, out var low);
            if (low >= threshold)
                return (int)high;
        }
    }

    /// <summary>Standard normal (Box and Muller, Ann. Math. Stat. 29, 1958).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>
    /// Beta(<paramref name="a"/>, <paramref name="b"/>), in [0, 1]: the share of the first of two gamma variates in
    /// their sum. Computed from their logarithms, for at small shapes both are too small for a number.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A shape is not positive.</exception>
    public double NextBeta(double a, double b)
    {
        var (first, second) = (NextLogGamma(a), NextLogGamma(b));
        var difference = second - first;
        // Of shapes so small that neither logarithm is a number any more, 0 or 1 is left, as often as the mean says.
        return double.IsNaN(difference) ? (NextDouble() < a / (a + b) ? 1 : 0) : 1 / (1 + Math.Exp(difference));
    }

    // The logarithm of a gamma variate by rejection (Marsaglia and Tsang, ACM TOMS 26, 2000); below shape 1 that of
    // shape + 1 times U^(1/shape).
    private double NextLogGamma(double shape)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape);
        if (shape < 1)
            return NextLogGamma(shape + 1) + Math.Log(1 - NextDouble()) / shape;
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = NextNormal();
            var v = Math.Pow(1 + c * x, 3);
            if (v > 0 && Math.Log(1 - NextDouble()) < x * x / 2 + d - d * v + d * Math.Log(v))
                return Math.Log(d * v);
        }
    }

    /// <summary>A uniformly random order of 0 … <paramref name="count"/> − 1.</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (var i = count - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
