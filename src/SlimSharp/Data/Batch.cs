using TorchSharp;

namespace SlimSharp.Data;

/// <summary>Some images and labels as tensors. Whoever receives a batch disposes it.</summary>
/// <param name="Images">N×C×H×W, float32, normalised.</param>
/// <param name="Labels">N, int64.</param>
/// <param name="Indices">The place of each image in its set.</param>
public sealed record Batch(torch.Tensor Images, torch.Tensor Labels, IReadOnlyList<int> Indices) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
