using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models;

/// <summary>What a function makes of a node's value.</summary>
internal static class Tap
{
    /// <summary>
    /// What stands in the value's place from now on, in its data type; another handle to it if the function only
    /// looked. The caller disposes both.
    /// </summary>
    /// <exception cref="NetworkException">The function gave a tensor of another shape, or one that is
    /// disposed.</exception>
    internal static torch.Tensor Apply(string node, torch.Tensor value, Func<torch.Tensor, torch.Tensor> tap)
    {
        var replaced = tap(value);
        if (ReferenceEquals(replaced, value))
            return value.alias();
        if (replaced is null || replaced.IsInvalid)
            throw new NetworkException(
                $"The tap at '{node}' gave no tensor; it must give back the value, or another of its shape."
            );
        if (!replaced.shape.AsSpan().SequenceEqual(value.shape))
            throw new NetworkException(
                $"The tap at '{node}' gave a tensor of {string.Join('×', replaced.shape)} for a value of "
                    + $"{string.Join('×', value.shape)}; the shape must stay."
            );
        if (replaced.dtype == value.dtype)
            return replaced;
        using (replaced)
            return replaced.to(value.dtype);
    }
}
