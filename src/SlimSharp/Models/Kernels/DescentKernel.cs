using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;

namespace SlimSharp.Models.Kernels;

/// <summary>
/// Stochastic gradient descent with momentum and decay in one go over all parameters: each number is read and written
/// once instead of once per operation. Walks raw memory, so parameter, gradient and momentum must lie alike; what does
/// not is left to the caller.
/// </summary>
internal static unsafe class DescentKernel
{
    private const int Lanes = 16;
    private const long PerPart = 1 << 16;

    /// <summary>True if the three are of one size and lie alike in memory, without gaps, in float32.</summary>
    internal static bool Fits(torch.Tensor parameter, torch.Tensor gradient, torch.Tensor momentum) =>
        TorchC.IsThere
        && Lies(parameter)
        && Lies(gradient)
        && Lies(momentum)
        && gradient.numel() == parameter.numel()
        && momentum.numel() == parameter.numel();

    /// <summary>
    /// v ← momentum·v + g + decay·w; w ← w − rate·v, or with Nesterov w − rate·(g + decay·w + momentum·v).
    /// </summary>
    internal static void Step(
        IReadOnlyList<(torch.Tensor Parameter, torch.Tensor Gradient, torch.Tensor Momentum)> slots,
        float rate,
        float momentum,
        float decay,
        bool nesterov
    )
    {
        var pieces = new List<Piece>();
        foreach (var (parameter, gradient, memory) in slots)
        {
            var w = (float*)TorchC.Address(parameter);
            var g = (float*)TorchC.Address(gradient);
            var v = (float*)TorchC.Address(memory);
            for (var at = 0L; at < parameter.numel(); at += PerPart)
                pieces.Add(new(w + at, g + at, v + at, Math.Min(PerPart, parameter.numel() - at)));
        }
        fixed (Piece* all = CollectionsMarshal.AsSpan(pieces))
        {
            var work = new Work
            {
                Pieces = all,
                Rate = rate,
                Momentum = momentum,
                Decay = decay,
                Nesterov = nesterov,
            };
            TorchC.ParallelFor(pieces.Count, &Part, &work);
        }
        GC.KeepAlive(slots);
    }

    private static bool Lies(torch.Tensor tensor) =>
        tensor.dtype == torch.float32 && tensor.device_type == DeviceType.CPU && tensor.is_contiguous();

    [UnmanagedCallersOnly]
    private static void Part(long begin, long end, void* context)
    {
        for (var i = begin; i < end; i++)
            Walk((Work*)context, ((Work*)context)->Pieces[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Walk(Work* work, Piece p)
    {
        var (rate, momentum, decay) = (work->Rate, work->Momentum, work->Decay);
        var i = 0L;
        for (; i + Lanes <= p.Count; i += Lanes)
        {
            var w = Vector512.Load(p.Parameter + i);
            var g = Vector512.Load(p.Gradient + i) + w * decay;
            var v = Vector512.Load(p.Memory + i) * momentum + g;
            v.Store(p.Memory + i);
            (w - (work->Nesterov ? g + v * momentum : v) * rate).Store(p.Parameter + i);
        }
        for (; i < p.Count; i++)
        {
            var g = p.Gradient[i] + p.Parameter[i] * decay;
            p.Memory[i] = p.Memory[i] * momentum + g;
            p.Parameter[i] -= (work->Nesterov ? g + p.Memory[i] * momentum : p.Memory[i]) * rate;
        }
    }

    private readonly struct Piece(float* parameter, float* gradient, float* memory, long count)
    {
        internal readonly float* Parameter = parameter;
        internal readonly float* Gradient = gradient;
        internal readonly float* Memory = memory;
        internal readonly long Count = count;
    }

    private struct Work
    {
        internal Piece* Pieces;
        internal float Rate;
        internal float Momentum;
        internal float Decay;
        internal bool Nesterov;
    }
}
