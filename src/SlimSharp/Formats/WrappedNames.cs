using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>
/// The network's own names behind one that a wrapper has put before all of them: model. of PyTorch Lightning,
/// _orig_mod. of torch.compile, or what somebody called the field that holds the network.
/// </summary>
internal static class WrappedNames
{
    internal static Dictionary<string, string> Of(Network network, IReadOnlyDictionary<string, torch.Tensor> tensors)
    {
        string[] ours = [.. network.Parameters().Select(p => p.Name)];
        // Of model.conv1.weight and model.layer1.conv1.weight the first is the network's conv1.weight.
        var first = tensors.Keys.Where(k => k.EndsWith($".{ours[0]}", StringComparison.Ordinal)).MinBy(k => k.Length);
        var wrapper = first?[..^ours[0].Length];
        return ours.ToDictionary(n => n, n => wrapper + n);
    }
}
