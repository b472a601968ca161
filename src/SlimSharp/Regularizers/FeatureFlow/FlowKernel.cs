using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Length and curvature of one stage in the l1 norm, with their gradients, in one go: every feature is read once and
/// every gradient written once, where the framework's operations go over memory a dozen times. Walks raw memory, so all
/// features must lie alike; what does not is left to <see cref="FlowTerms"/>. Sums do not depend on threads.
/// </summary>
internal static unsafe class FlowKernel
{
    private const int Lanes = 16;
    private const int Chunk = 1024; // of a few features and gradients, in the nearest cache
    private const long PerPart = 1 << 14;

    /// <summary>True if all are float32 of one size and lie alike in memory, without gaps.</summary>
    internal static bool Fits(IReadOnlyList<torch.Tensor> features)
    {
        var (first, strides) = (features[0], features[0].stride());
        return TorchC.IsThere
            && features.All(f =>
                f.dtype == torch.float32
                && f.device_type == DeviceType.CPU
                && f.shape.AsSpan().SequenceEqual(first.shape)
                && f.stride().AsSpan().SequenceEqual(strides)
            )
            && (first.is_contiguous() || first.dim() == 4 && IsChannelsLast(first));
    }

    /// <summary>
    /// Σ|x₁ − x₀| and Σ|x₂ − 2x₁ + x₀|; puts the gradients of length·a + curvature·b into <paramref name="gradients"/>,
    /// unless there are none.
    /// </summary>
    internal static (double Length, double Curvature) Run(
        IReadOnlyList<torch.Tensor> features,
        IReadOnlyList<torch.Tensor>? gradients,
        float lengthWeight,
        float curvatureWeight
    )
    {
        var count = features[0].numel();
        var parts = (count + PerPart - 1) / PerPart;
        nint[] x = [.. features.Select(Address)];
        nint[] g = [.. (gradients ?? []).Select(Address)];
        var sums = new double[2 * parts];
        fixed (
            nint* inputs = x,
                outputs = g
        )
        fixed (double* found = sums)
        {
            var work = new Work
            {
                X = (float**)inputs,
                G = gradients is null ? null : (float**)outputs,
                Features = features.Count,
                Count = count,
                Sums = found,
                Length = lengthWeight,
                Curvature = curvatureWeight,
            };
            TorchC.ParallelFor(parts, &Part, &work);
        }
        GC.KeepAlive(features);
        GC.KeepAlive(gradients);
        var (length, curvature) = (0.0, 0.0);
        for (var part = 0; part < parts; part++)
        {
            length += sums[2 * part];
            curvature += sums[2 * part + 1];
        }
        return (length, curvature);
    }

    private static bool IsChannelsLast(torch.Tensor tensor)
    {
        var (s, size) = (tensor.stride(), tensor.shape);
        return s[1] == 1 && s[3] == size[1] && s[2] == size[3] * size[1] && s[0] == size[2] * s[2];
    }

    [UnmanagedCallersOnly]
    private static void Part(long begin, long end, void* context)
    {
        for (var part = begin; part < end; part++)
        {
            var work = (Work*)context;
            var to = Math.Min((part + 1) * PerPart, work->Count);
            var (length, curvature) = (0.0, 0.0);
            for (var at = part * PerPart; at < to; at += Chunk)
                Walk(work, at, (int)Math.Min(Chunk, to - at), ref length, ref curvature);
            (work->Sums[2 * part], work->Sums[2 * part + 1]) = (length, curvature);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Walk(Work* work, long at, int count, ref double length, ref double curvature)
    {
        for (var t = 1; t < work->Features; t++)
        {
            var a = work->X[t - 1] + at;
            var b = work->X[t] + at;
            var before = t == 1 ? null : work->X[t - 2] + at;
            var g = work->G is null ? null : work->G[t] + at;
            var h = work->G is null ? null : work->G[t - 1] + at;
            var past = work->G is null || t == 1 ? null : work->G[t - 2] + at;
            var (steps, bends, i) = (Vector512<float>.Zero, Vector512<float>.Zero, 0);
            for (; i + Lanes <= count; i += Lanes)
            {
                var middle = Vector512.Load(a + i);
                var step = Vector512.Load(b + i) - middle;
                steps += Vector512.Abs(step);
                var pull = Signed(step, work->Length);
                var own = t == 1 || h is null ? Vector512<float>.Zero : Vector512.Load(h + i);
                if (before is not null)
                {
                    var bend = step - (middle - Vector512.Load(before + i));
                    bends += Vector512.Abs(bend);
                    var force = Signed(bend, work->Curvature);
                    pull += force;
                    own -= force;
                    if (past is not null)
                        (Vector512.Load(past + i) + force).Store(past + i);
                }
                if (g is null)
                    continue;
                pull.Store(g + i);
                (own - pull).Store(h + i);
            }
            var (rest, bent) = ((double)Vector512.Sum(steps), (double)Vector512.Sum(bends));
            for (; i < count; i++)
            {
                var step = b[i] - a[i];
                rest += Math.Abs(step);
                var pull = Math.Sign(step) * work->Length;
                var own = t == 1 || h is null ? 0 : h[i];
                if (before is not null)
                {
                    var bend = step - (a[i] - before[i]);
                    bent += Math.Abs(bend);
                    var force = Math.Sign(bend) * work->Curvature;
                    pull += force;
                    own -= force;
                    if (past is not null)
                        past[i] += force;
                }
                if (g is null)
                    continue;
                g[i] = pull;
                h[i] = own - pull;
            }
            length += rest;
            curvature += bent;
        }
    }

    // The weight with the sign of each number; 0 for 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Signed(Vector512<float> numbers, float weight)
    {
        var size = Vector512.Create(weight);
        return (Vector512.GreaterThan(numbers, Vector512<float>.Zero) & size)
            - (Vector512.LessThan(numbers, Vector512<float>.Zero) & size);
    }

    private static nint Address(torch.Tensor tensor) => (nint)TorchC.Address(tensor);

    private struct Work
    {
        internal float** X;
        internal float** G;
        internal int Features;
        internal long Count;
        internal double* Sums;
        internal float Length;
        internal float Curvature;
    }
}
