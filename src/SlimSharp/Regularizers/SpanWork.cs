using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>Work on the numbers of two tensors of one length.</summary>
internal interface ISpanWork
{
    void Run<T>(Span<T> first, Span<T> second)
        where T : unmanaged, IFloatingPoint<T>;
}

/// <summary>Lets plain loops over numbers work on tensors, in place.</summary>
internal static class SpanWork
{
    /// <summary>
    /// Runs the work on two tensors of one length and data type, float32 or float64, which it may change; they may be
    /// the same.
    /// </summary>
    internal static void On<TWork>(torch.Tensor first, torch.Tensor second, TWork work)
        where TWork : struct, ISpanWork
    {
        if (first.dtype == torch.float64)
            On<double, TWork>(first, second, work);
        else
            On<float, TWork>(first, second, work);
    }

    private static void On<T, TWork>(torch.Tensor first, torch.Tensor second, TWork work)
        where T : unmanaged, IFloatingPoint<T>
        where TWork : struct, ISpanWork
    {
        static Span<T> Numbers(torch.Tensor tensor) => MemoryMarshal.Cast<byte, T>(tensor.bytes);
        if (first.device_type == DeviceType.CPU && first.is_contiguous() && second.is_contiguous())
        {
            work.Run(Numbers(first), Numbers(second));
            return;
        }
        // Elsewhere: down, work, up. Scales are few.
        using var still = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var a = first.detach().cpu().contiguous();
        var b = ReferenceEquals(first, second) ? a : second.detach().cpu().contiguous();
        work.Run(Numbers(a), Numbers(b));
        first.copy_(a);
        second.copy_(b);
    }
}
