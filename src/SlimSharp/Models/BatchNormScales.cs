using TorchSharp;
using TorchSharp.Modules;

namespace SlimSharp.Models;

/// <summary>
/// The BatchNorm scales (γ) of any TorchSharp module. Of a <see cref="Model"/> they are <see cref="Model.Scales"/>.
/// </summary>
public static class BatchNormScales
{
    /// <summary>Below this, a scale is as good as zero.</summary>
    public const double NearZero = 1e-3;

    /// <summary>All scales, in the module's order; the tensors stay the module's.</summary>
    /// <param name="module">The module.</param>
    /// <param name="withGroupNorm">
    /// True takes the gains of GroupNorm layers for scales, too. The networks of models say so themselves (<see
    /// cref="Networks.GroupNorm.GainsAreScales"/>).
    /// </param>
    public static IReadOnlyList<torch.Tensor> Of(torch.nn.Module module, bool withGroupNorm = false) =>
        [.. module.modules().Prepend(module).Distinct().SelectMany(m => Direct(m, withGroupNorm))];

    /// <summary>All scales as numbers.</summary>
    /// <param name="module">The module.</param>
    /// <param name="withGroupNorm">As in <see cref="Of"/>.</param>
    public static double[] Values(torch.nn.Module module, bool withGroupNorm = false) =>
        [.. Of(module, withGroupNorm).SelectMany(Numbers.Read)];

    private static IEnumerable<torch.Tensor> Direct(torch.nn.Module module, bool withGroupNorm) =>
        module switch
        {
            Model model => model.Scales,
            TorchSharp.Modules.GroupNorm norm when withGroupNorm => Present(norm.weight),
            BatchNorm1d norm => Present(norm.weight),
            BatchNorm2d norm => Present(norm.weight),
            BatchNorm3d norm => Present(norm.weight),
            _ => [],
        };

    private static IEnumerable<torch.Tensor> Present(torch.Tensor? scale) => scale is null ? [] : [scale];
}
