using System.Runtime.InteropServices;
using TorchSharp;

namespace SlimSharp.Models;

/// <summary>
/// Dropout whose mask is a pure function of seed, epoch, image and node, whatever the batch or the threads.
/// </summary>
internal static class DropoutMask
{
    internal static torch.Tensor Apply(torch.Tensor x, double share, string node, Sampling sampling)
    {
        var perImage = x.numel() / x.shape[0];
        using var mask = torch.empty(x.shape, torch.float32);
        var values = MemoryMarshal.Cast<byte, float>(mask.bytes);
        var keep = (float)(1 / (1 - share));
        for (var i = 0; i < sampling.Indices.Count; i++)
        {
            var random = new Randomness(sampling.Seed, Randomness.Name(node), sampling.Epoch, sampling.Indices[i]);
            foreach (ref var value in values.Slice((int)(i * perImage), (int)perImage))
                value = random.NextDouble() < share ? 0 : keep;
        }
        using var cast = mask.to(x.dtype, x.device);
        return x.mul(cast);
    }
}
