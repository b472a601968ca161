using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SlimSharp.Models.Kernels;

internal static unsafe partial class ChannelKernels
{
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
            // The last vector is read before any is written, so that what it shares with its neighbour comes out the
            // same.
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
}
