using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SlimSharp.Models.Kernels;

/// <summary>
/// Loops over rows of channels, in parts that do not depend on the number of threads, so that sums have the same bits with any.
/// </summary>
internal static unsafe class ChannelKernels
{
    private const int Lanes = 16;
    private const int RowsPerPart = 2048;
    private const int MostParts = 32;
    private const int RowsPerSum = 64; // float32 sums of so many rows, which the first-level cache holds, are added up in float64

    /// <summary>For every channel Σ(x − shift) and Σ(x − shift)²; or Σg and Σg·(x − shift) for gradients g where the activation lets through.</summary>
    internal static (double[] First, double[] Second) Sums<T>(Rows x, Rows? gradient, float[] shift, Affine? affine)
        where T : struct, IElement
    {
        var repeats = Repeats(gradient is { } g ? [x, g] : [x], T.Size);
        var channels = x.Channels * repeats;
        var parts = Parts(x.Count / repeats);
        var (first, second) = (new double[parts * channels], new double[parts * channels]);
        fixed (float* shifts = Repeat(shift, repeats))
        fixed (float* scale = Repeat(affine?.Scale, repeats))
        fixed (float* offset = Repeat(affine?.Offset, repeats))
        fixed (double* sums = first)
        fixed (double* products = second)
        {
            var work = new Work
            {
                X = Merged(x, repeats),
                G = Merged(gradient ?? x, repeats),
                Parts = parts,
                Shift = shifts,
                Scale = scale,
                Offset = offset,
                Low = affine?.Low ?? 0,
                High = affine?.High ?? 0,
                First = sums,
                Second = products,
                Part = gradient is null ? &Moments<T> : &Products<T>,
            };
            Run(&work);
        }
        return (Fold(first, x.Channels), Fold(second, x.Channels));
    }

    /// <summary>y = activation(scale·x + offset).</summary>
    internal static void Apply<T>(Rows x, Rows y, Affine affine)
        where T : struct, IElement
    {
        var repeats = Repeats([x, y], T.Size);
        fixed (float* scale = Repeat(affine.Scale, repeats))
        fixed (float* offset = Repeat(affine.Offset, repeats))
        {
            var work = new Work
            {
                X = Merged(x, repeats),
                Y = Merged(y, repeats),
                Parts = Parts(x.Count / repeats),
                Scale = scale,
                Offset = offset,
                Low = affine.Low,
                High = affine.High,
                Part = &Transform<T>,
            };
            Run(&work);
        }
    }

    /// <summary>y = x, row by row.</summary>
    internal static void Copy<T>(Rows x, Rows y)
        where T : struct, IElement
    {
        var work = new Work
        {
            X = x,
            Y = y,
            Parts = Parts(x.Count),
            Part = &CopyPart<T>,
        };
        Run(&work);
    }

    /// <summary>
    /// y = scale·g + slope·x + constant, or y plus that, for gradients g where the activation lets through. <paramref name="y"/> may be
    /// <paramref name="g"/> itself if nothing is added.
    /// </summary>
    internal static void Differentiate<T>(
        Rows x,
        Rows g,
        Rows y,
        Affine affine,
        float[] slope,
        float[] constant,
        bool add
    )
        where T : struct, IElement
    {
        var repeats = Repeats([x, g, y], T.Size);
        fixed (float* scale = Repeat(affine.Scale, repeats))
        fixed (float* offset = Repeat(affine.Offset, repeats))
        fixed (float* slopes = Repeat(slope, repeats))
        fixed (float* constants = Repeat(constant, repeats))
        {
            var work = new Work
            {
                X = Merged(x, repeats),
                G = Merged(g, repeats),
                Y = Merged(y, repeats),
                Parts = Parts(x.Count / repeats),
                Scale = scale,
                Offset = offset,
                Slope = slopes,
                Constant = constants,
                Low = affine.Low,
                High = affine.High,
                Add = add,
                Part = &Gradient<T>,
            };
            Run(&work);
        }
    }

    private static void CopyPart<T>(Work* w, long part)
        where T : struct, IElement
    {
        var (from, to) = w->Range(part);
        var bytes = (uint)(w->X.Channels * T.Size);
        for (var row = from; row < to; row++)
            Unsafe.CopyBlockUnaligned((byte*)w->Y.Start + row * w->Y.Step, (byte*)w->X.Start + row * w->X.Step, bytes);
    }

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform<T>(Work* w, long part)
        where T : struct, IElement
    {
        var channels = w->X.Channels;
        var (low, high) = (Vector512.Create(w->Low), Vector512.Create(w->High));
        var (from, to) = w->Range(part);
        for (var row = from; row < to; row++)
        {
            var x = (byte*)w->X.Start + row * w->X.Step;
            var y = (byte*)w->Y.Start + row * w->Y.Step;
            var c = 0;
            for (; c + Lanes <= channels; c += Lanes)
                T.Store(y + c * T.Size, Transformed<T>(w, x, c, low, high));
            if (c < channels && channels >= Lanes)
                T.Store(y + (channels - Lanes) * T.Size, Transformed<T>(w, x, channels - Lanes, low, high));
            else
            {
                for (; c < channels; c++)
                    T.Write(
                        y + c * T.Size,
                        Math.Min(Math.Max(w->Scale[c] * T.Read(x + c * T.Size) + w->Offset[c], w->Low), w->High)
                    );
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Transformed<T>(Work* w, byte* x, int c, Vector512<float> low, Vector512<float> high)
        where T : struct, IElement
    {
        var z = Vector512.Load(w->Scale + c) * T.Load(x + c * T.Size) + Vector512.Load(w->Offset + c);
        return Vector512.Min(Vector512.Max(z, low), high);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gradient<T>(Work* w, long part)
        where T : struct, IElement
    {
        var channels = w->X.Channels;
        var (low, high) = (Vector512.Create(w->Low), Vector512.Create(w->High));
        var (from, to) = w->Range(part);
        var overlaps = channels >= Lanes && channels % Lanes != 0;
        for (var row = from; row < to; row++)
        {
            var x = (byte*)w->X.Start + row * w->X.Step;
            var g = (byte*)w->G.Start + row * w->G.Step;
            var y = (byte*)w->Y.Start + row * w->Y.Step;
            // The last vector is read before any is written, so that what it shares with its neighbour comes out the same.
            var last = overlaps ? Differentiated<T>(w, x, g, y, channels - Lanes, low, high) : default;
            var c = 0;
            for (; c + Lanes <= channels; c += Lanes)
                T.Store(y + c * T.Size, Differentiated<T>(w, x, g, y, c, low, high));
            if (overlaps)
            {
                T.Store(y + (channels - Lanes) * T.Size, last);
                continue;
            }
            for (; c < channels; c++)
            {
                var value = T.Read(x + c * T.Size);
                var passed = w->Passed(T.Read(g + c * T.Size), value, c);
                var result = w->Scale[c] * passed + w->Slope[c] * value + w->Constant[c];
                T.Write(y + c * T.Size, w->Add ? result + T.Read(y + c * T.Size) : result);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Differentiated<T>(
        Work* w,
        byte* x,
        byte* g,
        byte* y,
        int c,
        Vector512<float> low,
        Vector512<float> high
    )
        where T : struct, IElement
    {
        var value = T.Load(x + c * T.Size);
        var passed = Passed(T.Load(g + c * T.Size), value, w->Scale + c, w->Offset + c, low, high);
        var result =
            Vector512.Load(w->Scale + c) * passed
            + Vector512.Load(w->Slope + c) * value
            + Vector512.Load(w->Constant + c);
        return w->Add ? result + T.Load(y + c * T.Size) : result;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Passed(
        Vector512<float> g,
        Vector512<float> x,
        float* scale,
        float* offset,
        Vector512<float> low,
        Vector512<float> high
    )
    {
        var z = Vector512.Load(scale) * x + Vector512.Load(offset);
        return g & Vector512.GreaterThan(z, low) & Vector512.LessThan(z, high);
    }

    // Rows without gaps whose channels are no multiple of the vector are taken several at a time, so that they are.
    private static int Repeats(ReadOnlySpan<Rows> rows, int size)
    {
        var channels = rows[0].Channels;
        var repeats = Lanes >> Math.Min(System.Numerics.BitOperations.TrailingZeroCount(channels), 4);
        foreach (var r in rows)
        {
            if (r.Step != (long)channels * size || r.Count % repeats != 0)
                return 1;
        }
        return repeats;
    }

    private static Rows Merged(Rows rows, int repeats) =>
        new(rows.Start, rows.Count / repeats, rows.Channels * repeats, rows.Step * repeats);

    private static float[]? Repeat(float[]? values, int times)
    {
        if (times == 1 || values is null)
            return values;
        var repeated = new float[values.Length * times];
        for (var i = 0; i < times; i++)
            values.CopyTo(repeated, i * values.Length);
        return repeated;
    }

    private static double[] Fold(double[] sums, int channels)
    {
        var folded = new double[channels];
        for (var i = 0; i < sums.Length; i++)
            folded[i % channels] += sums[i];
        return folded;
    }

    private static int Parts(long rows) => (int)Math.Clamp(rows / RowsPerPart * 4, 1, MostParts);

    private static void Run(Work* work) => TorchC.ParallelFor(work->Parts, &Part, work);

    [UnmanagedCallersOnly]
    private static void Part(long begin, long end, void* context)
    {
        var work = (Work*)context;
        for (var part = begin; part < end; part++)
            work->Part(work, part);
    }

    private struct Work
    {
        internal Rows X;
        internal Rows G;
        internal Rows Y;
        internal int Parts;
        internal float* Shift;
        internal float* Scale;
        internal float* Offset;
        internal float* Slope;
        internal float* Constant;
        internal float Low;
        internal float High;
        internal bool Add;
        internal double* First;
        internal double* Second;
        internal delegate* <Work*, long, void> Part;

        internal readonly (long From, long To) Range(long part) =>
            (X.Count * part / Parts, X.Count * (part + 1) / Parts);

        internal readonly float Passed(float g, float x, int channel)
        {
            var z = Scale[channel] * x + Offset[channel];
            return z > Low && z < High ? g : 0;
        }
    }
}
