using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>The elements of tensors in double precision.</summary>
internal static class Float64
{
    /// <summary>In row-major order.</summary>
    internal static double[] Of(torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        return tensor.to(torch.float64).cpu().contiguous().data<double>().ToArray();
    }
}
