using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SlimSharp.Benchmarks.Plain;

/// <summary>VGG of stock modules.</summary>
internal static class PlainVgg
{
    internal static Sequential Create(IReadOnlyList<int> widths, int classes)
    {
        var layers = new List<Module<Tensor, Tensor>>();
        var channels = 3;
        foreach (var width in widths)
        {
            if (width == 0)
            {
                layers.Add(MaxPool2d(2));
                continue;
            }
            layers.Add(Conv2d(channels, width, 3, padding: 1, bias: false));
            layers.Add(BatchNorm2d(width));
            layers.Add(ReLU());
            channels = width;
        }
        layers.AddRange([AvgPool2d(2), Flatten(), nn.Linear(channels, classes)]);
        return Sequential([.. layers]);
    }
}
