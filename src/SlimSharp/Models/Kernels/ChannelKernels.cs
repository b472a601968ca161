using System.Runtime.InteropServices;

namespace SlimSharp.Models.Kernels;

/// <summary>
/// Loops over rows of channels, in parts that do not depend on the number of threads, so that sums have the same bits
/// with any.
/// </summary>
internal static unsafe partial class ChannelKernels
{
    private const int Lanes = 16;
    private const int RowsPerPart = 2048;
    private const int MostParts = 32;

    /// <summary>
    /// For every channel Σ(x − shift) and Σ(x − shift)²; or Σg and Σg·(x − shift) for gradients g where the activation
    /// lets through.
    /// </summary>
    internal static (double[] First, double[] Second) Sums<T>(Rows x, Rows? gradient, float[] shift, Affine? affine)
        where T : struct, IElement
    {
        Check<T>(gradient is { } other ? [x, other] : [x], shift, affine?.Scale, affine?.Offset);
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
        return (ByChannel(first, x.Channels), ByChannel(second, x.Channels));
    }

    /// <summary>y = activation(scale·x + offset).</summary>
    internal static void Apply<T>(Rows x, Rows y, Affine affine)
        where T : struct, IElement
    {
        Check<T>([x, y], affine.Scale, affine.Offset);
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
        Check<T>([x, y]);
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
    /// y = scale·g + slope·x + constant, or y plus that, for gradients g where the activation lets through.
    /// <paramref name="y"/> may be <paramref name="g"/> itself if nothing is added.
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
        Check<T>([x, g, y], affine.Scale, affine.Offset, slope, constant);
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

    // The last gate: whoever is behind it reads and writes memory unasked.
    private static void Check<T>(ReadOnlySpan<Rows> rows, params ReadOnlySpan<float[]?> perChannel)
        where T : struct, IElement
    {
        foreach (var r in rows)
        {
            if (r.Type != T.Type || r.Count != rows[0].Count || r.Channels != rows[0].Channels)
                throw new NotSupportedException(
                    $"A kernel for {T.Type} was given {r.Count} rows of {r.Channels} {r.Type} beside {rows[0].Count} of {rows[0].Channels}."
                );
        }
        foreach (var values in perChannel)
        {
            if (values is not null && values.Length != rows[0].Channels)
                throw new NotSupportedException(
                    $"A kernel for {rows[0].Channels} channels was given {values.Length} numbers for them."
                );
        }
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
        new(rows.Type, rows.Start, rows.Count / repeats, rows.Channels * repeats, rows.Step * repeats);

    private static float[]? Repeat(float[]? values, int times)
    {
        if (times == 1 || values is null)
            return values;
        var repeated = new float[values.Length * times];
        for (var i = 0; i < times; i++)
            values.CopyTo(repeated, i * values.Length);
        return repeated;
    }

    private static double[] ByChannel(double[] sums, int channels)
    {
        var all = new double[channels];
        for (var i = 0; i < sums.Length; i++)
            all[i % channels] += sums[i];
        return all;
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
