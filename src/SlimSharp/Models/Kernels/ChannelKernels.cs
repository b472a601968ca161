using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SlimSharp.Models.Kernels;

/// <summary>
/// Loops over rows of channels, in parts that do not depend on the number of threads, so that sums have the same bits with any.
/// </summary>
internal static unsafe partial class ChannelKernels
{
    private const int Lanes = 16;
    private const int RowsPerPart = 2048;
    private const int MostParts = 32;

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
