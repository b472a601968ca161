namespace SlimSharp.Regularizers;

/// <summary>
/// The published settings of proximal splitting, with the l1 penalty, on CIFAR-10 (the scripts of arXiv 2307.00684).
/// </summary>
/// <param name="Network">The network, by its name in the zoo.</param>
/// <param name="Lambda">λ.</param>
/// <param name="Coupling">β.</param>
public sealed record SplittingPreset(string Network, double Lambda, double Coupling)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<SplittingPreset> All { get; } =
    [new("vgg19", 0.0045, 100), new("densenet40", 0.004, 100), new("preresnet164", 0.002, 0.25)];
}
