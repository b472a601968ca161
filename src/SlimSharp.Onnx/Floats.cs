using TorchSharp;

namespace SlimSharp.Onnx;

/// <summary>Tensors as plain numbers.</summary>
internal static class Floats
{
    /// <summary>All elements in row-major order, as 32-bit numbers.</summary>
    internal static float[] Of(torch.Tensor tensor)
    {
        using var single = tensor.to(torch.float32);
        using var local = single.cpu();
        using var flat = local.contiguous();
        return flat.data<float>().ToArray();
    }
}
