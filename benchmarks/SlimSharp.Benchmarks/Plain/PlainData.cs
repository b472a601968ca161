using SlimSharp.Data;
using static TorchSharp.torch;

namespace SlimSharp.Benchmarks.Plain;

/// <summary>
/// A data set as TorchSharp's loader wants it: one tensor per image, padded, cropped and mirrored by tensor operations.
/// </summary>
internal sealed class PlainData(ImageSet set) : utils.data.Dataset
{
    private static readonly Tensor Mean = tensor(new float[] { 0.4914f, 0.4822f, 0.4465f })
        .view(3, 1, 1)
        .DetachFromDisposeScope();
    private static readonly Tensor Deviation = tensor(new float[] { 0.2023f, 0.1994f, 0.2010f })
        .view(3, 1, 1)
        .DetachFromDisposeScope();

    public override long Count => set.Count;

    public override Dictionary<string, Tensor> GetTensor(long index)
    {
        var image = tensor(set.Image((int)index).ToArray()).view(3, 32, 32).to(float32) / 255;
        image = nn.functional.pad((image - Mean) / Deviation, [4, 4, 4, 4]);
        var (top, left) = (Random.Shared.Next(9), Random.Shared.Next(9));
        image = image[TensorIndex.Colon, TensorIndex.Slice(top, top + 32), TensorIndex.Slice(left, left + 32)];
        if (Random.Shared.Next(2) == 1)
            image = image.flip(2);
        return new() { ["image"] = image, ["label"] = tensor((long)set.Labels[index]) };
    }
}
