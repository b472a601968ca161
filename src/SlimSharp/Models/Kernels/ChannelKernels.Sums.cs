using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SlimSharp.Models.Kernels;

/// <summary>
/// Sums over rows for every channel: several vectors of channels at a time, down a block of rows that the first-level
/// cache holds.
/// </summary>
internal static unsafe partial class ChannelKernels
{
    private const int RowsPerSum = 64; // float32 sums of so many rows are added up in float64

    private static void Moments<T>(Work* w, long part)
        where T : struct, IElement => AddUp<T, Deviations<T>>(w, part);

    private static void Products<T>(Work* w, long part)
        where T : struct, IElement => AddUp<T, PassedGradients<T>>(w, part);

    // Several vectors of channels at a time, down a block of rows: sums stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddUp<T, TTerm>(Work* w, long part)
        where T : struct, IElement
        where TTerm : struct, ITerm
    {
        var channels = w->X.Channels;
        double* first = w->First + part * channels;
        double* second = w->Second + part * channels;
        var (from, to) = w->Range(part);
        for (var begin = from; begin < to; begin += RowsPerSum)
        {
            var end = Math.Min(begin + RowsPerSum, to);
            var c = 0;
            for (; c + 8 * Lanes <= channels; c += 8 * Lanes)
                Eight<TTerm>(w, c, begin, end, first, second);
            for (; c + 4 * Lanes <= channels; c += 4 * Lanes)
                Four<TTerm>(w, c, begin, end, first, second);
            for (; c + Lanes <= channels; c += Lanes)
                One<TTerm>(w, c, 0, begin, end, first, second);
            if (c < channels && channels >= Lanes)
                One<TTerm>(w, channels - Lanes, c - (channels - Lanes), begin, end, first, second);
            else if (c < channels)
                Few<TTerm>(w, c, begin, end, first, second);
        }
    }

    // Eight vectors of channels: sixteen sums in registers, and whole lines of most rows read in one go.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight<TTerm>(Work* w, int c, long begin, long end, double* first, double* second)
        where TTerm : struct, ITerm
    {
        var (a0, a1, a2, a3) = (
            Vector512<float>.Zero,
            Vector512<float>.Zero,
            Vector512<float>.Zero,
            Vector512<float>.Zero
        );
        var (a4, a5, a6, a7) = (a0, a1, a2, a3);
        var (b0, b1, b2, b3) = (a0, a1, a2, a3);
        var (b4, b5, b6, b7) = (a0, a1, a2, a3);
        for (var row = begin; row < end; row++)
        {
            TTerm.Of(w, row, c, out var s, out var t);
            a0 += s;
            b0 += t;
            TTerm.Of(w, row, c + 1 * Lanes, out s, out t);
            a1 += s;
            b1 += t;
            TTerm.Of(w, row, c + 2 * Lanes, out s, out t);
            a2 += s;
            b2 += t;
            TTerm.Of(w, row, c + 3 * Lanes, out s, out t);
            a3 += s;
            b3 += t;
            TTerm.Of(w, row, c + 4 * Lanes, out s, out t);
            a4 += s;
            b4 += t;
            TTerm.Of(w, row, c + 5 * Lanes, out s, out t);
            a5 += s;
            b5 += t;
            TTerm.Of(w, row, c + 6 * Lanes, out s, out t);
            a6 += s;
            b6 += t;
            TTerm.Of(w, row, c + 7 * Lanes, out s, out t);
            a7 += s;
            b7 += t;
        }
        Add(first + c, second + c, a0, b0, 0);
        Add(first + c + 1 * Lanes, second + c + 1 * Lanes, a1, b1, 0);
        Add(first + c + 2 * Lanes, second + c + 2 * Lanes, a2, b2, 0);
        Add(first + c + 3 * Lanes, second + c + 3 * Lanes, a3, b3, 0);
        Add(first + c + 4 * Lanes, second + c + 4 * Lanes, a4, b4, 0);
        Add(first + c + 5 * Lanes, second + c + 5 * Lanes, a5, b5, 0);
        Add(first + c + 6 * Lanes, second + c + 6 * Lanes, a6, b6, 0);
        Add(first + c + 7 * Lanes, second + c + 7 * Lanes, a7, b7, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<TTerm>(Work* w, int c, long begin, long end, double* first, double* second)
        where TTerm : struct, ITerm
    {
        var (a0, a1, a2, a3) = (
            Vector512<float>.Zero,
            Vector512<float>.Zero,
            Vector512<float>.Zero,
            Vector512<float>.Zero
        );
        var (b0, b1, b2, b3) = (a0, a1, a2, a3);
        for (var row = begin; row < end; row++)
        {
            TTerm.Of(w, row, c, out var s, out var t);
            a0 += s;
            b0 += t;
            TTerm.Of(w, row, c + Lanes, out s, out t);
            a1 += s;
            b1 += t;
            TTerm.Of(w, row, c + 2 * Lanes, out s, out t);
            a2 += s;
            b2 += t;
            TTerm.Of(w, row, c + 3 * Lanes, out s, out t);
            a3 += s;
            b3 += t;
        }
        Add(first + c, second + c, a0, b0, 0);
        Add(first + c + Lanes, second + c + Lanes, a1, b1, 0);
        Add(first + c + 2 * Lanes, second + c + 2 * Lanes, a2, b2, 0);
        Add(first + c + 3 * Lanes, second + c + 3 * Lanes, a3, b3, 0);
    }

    // Lanes before <paramref name="skip"/> were counted by another vector.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<TTerm>(Work* w, int c, int skip, long begin, long end, double* first, double* second)
        where TTerm : struct, ITerm
    {
        var (a0, a1, b0, b1) = (
            Vector512<float>.Zero,
            Vector512<float>.Zero,
            Vector512<float>.Zero,
            Vector512<float>.Zero
        );
        var row = begin;
        for (; row + 1 < end; row += 2)
        {
            TTerm.Of(w, row, c, out var s, out var t);
            a0 += s;
            b0 += t;
            TTerm.Of(w, row + 1, c, out s, out t);
            a1 += s;
            b1 += t;
        }
        if (row < end)
        {
            TTerm.Of(w, row, c, out var s, out var t);
            a0 += s;
            b0 += t;
        }
        Add(first + c, second + c, a0 + a1, b0 + b1, skip);
    }

    private static void Few<TTerm>(Work* w, int from, long begin, long end, double* first, double* second)
        where TTerm : struct, ITerm
    {
        for (var c = from; c < w->X.Channels; c++)
        {
            var (a, b) = (0f, 0f);
            for (var row = begin; row < end; row++)
            {
                TTerm.One(w, row, c, out var s, out var t);
                a += s;
                b += t;
            }
            first[c] += a;
            second[c] += b;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(double* first, double* second, Vector512<float> a, Vector512<float> b, int skip)
    {
        if (skip == 0)
        {
            Add(first, a);
            Add(second, b);
            return;
        }
        for (var lane = skip; lane < Lanes; lane++)
        {
            first[lane] += a[lane];
            second[lane] += b[lane];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(double* sums, Vector512<float> added)
    {
        var (lower, upper) = Vector512.Widen(added);
        (Vector512.Load(sums) + lower).Store(sums);
        (Vector512.Load(sums + Lanes / 2) + upper).Store(sums + Lanes / 2);
    }

    /// <summary>What is added up of an element.</summary>
    private interface ITerm
    {
        static abstract void Of(Work* w, long row, int c, out Vector512<float> first, out Vector512<float> second);
        static abstract void One(Work* w, long row, int c, out float first, out float second);
    }

    /// <summary>x − shift and its square.</summary>
    private readonly struct Deviations<T> : ITerm
        where T : struct, IElement
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Of(Work* w, long row, int c, out Vector512<float> first, out Vector512<float> second)
        {
            first = T.Load((byte*)w->X.Start + row * w->X.Step + c * T.Size) - Vector512.Load(w->Shift + c);
            second = first * first;
        }

        public static void One(Work* w, long row, int c, out float first, out float second)
        {
            first = T.Read((byte*)w->X.Start + row * w->X.Step + c * T.Size) - w->Shift[c];
            second = first * first;
        }
    }

    /// <summary>The gradient where the activation lets through, and that times x − shift.</summary>
    private readonly struct PassedGradients<T> : ITerm
        where T : struct, IElement
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Of(Work* w, long row, int c, out Vector512<float> first, out Vector512<float> second)
        {
            var x = T.Load((byte*)w->X.Start + row * w->X.Step + c * T.Size);
            var g = T.Load((byte*)w->G.Start + row * w->G.Step + c * T.Size);
            first = Passed(g, x, w->Scale + c, w->Offset + c, Vector512.Create(w->Low), Vector512.Create(w->High));
            second = first * (x - Vector512.Load(w->Shift + c));
        }

        public static void One(Work* w, long row, int c, out float first, out float second)
        {
            var x = T.Read((byte*)w->X.Start + row * w->X.Step + c * T.Size);
            first = w->Passed(T.Read((byte*)w->G.Start + row * w->G.Step + c * T.Size), x, c);
            second = first * (x - w->Shift[c]);
        }
    }
}
