using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>A network in which some values are changed before they are read.</summary>
/// <param name="Network">The network.</param>
/// <param name="Taps">By node, what stands in its value's place.</param>
internal sealed record MaskedNetwork(Network Network, Dictionary<string, Func<torch.Tensor, torch.Tensor>> Taps);
