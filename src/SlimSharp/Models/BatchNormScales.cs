using TorchSharp;
using TorchSharp.Modules;

namespace SlimSharp.Models;

/// <summary>The BatchNorm scales (γ) of any TorchSharp module.</summary>
public static class BatchNormScales
{
    /// <summary>Below this, a scale is as good as zero.</summary>
    public const double NearZero = 1e-3;

    /// <summary>All scales, in the module's order; the tensors stay the module's.</summary>
    public static IReadOnlyList<torch.Tensor> Of(torch.nn.Module module) =>
        [.. module.modules().Prepend(module).Distinct().SelectMany(Direct)];

    /// <summary>All scales as numbers.</summary>
    public static double[] Values(torch.nn.Module module) => [.. Of(module).SelectMany(Numbers.Read)];

    private static IEnumerable<torch.Tensor> Direct(torch.nn.Module module) =>
        module switch
        {
            Model model => model.Scales,
            BatchNorm1d norm => Present(norm.weight),
            BatchNorm2d norm => Present(norm.weight),
            BatchNorm3d norm => Present(norm.weight),
            _ => [],
        };

    private static IEnumerable<torch.Tensor> Present(torch.Tensor? scale) => scale is null ? [] : [scale];
}
