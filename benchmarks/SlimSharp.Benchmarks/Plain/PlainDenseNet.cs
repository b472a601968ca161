using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SlimSharp.Benchmarks.Plain;

/// <summary>DenseNet of stock modules.</summary>
internal sealed class PlainDenseNet : Module<Tensor, Tensor>
{
    private const int Growth = 12;
    private readonly Sequential features;
    private readonly BatchNorm2d bn;
    private readonly TorchSharp.Modules.Linear fc;

    internal PlainDenseNet(int depth, int classes)
        : base("densenet")
    {
        var channels = 2 * Growth;
        var layers = new List<Module<Tensor, Tensor>> { Conv2d(3, channels, 3, padding: 1, bias: false) };
        for (var block = 1; block <= 3; block++)
        {
            for (var i = 0; i < (depth - 4) / 3; i++, channels += Growth)
                layers.Add(new Dense(channels));
            if (block < 3)
                layers.AddRange([
                    BatchNorm2d(channels),
                    ReLU(),
                    Conv2d(channels, channels, 1, bias: false),
                    AvgPool2d(2),
                ]);
        }
        features = Sequential([.. layers]);
        bn = BatchNorm2d(channels);
        fc = nn.Linear(channels, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = functional.avg_pool2d(functional.relu(bn.call(features.call(x))), 8);
        return fc.call(x.flatten(1));
    }

    private sealed class Dense : Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d bn;
        private readonly Conv2d conv;

        internal Dense(int channels)
            : base("dense")
        {
            bn = BatchNorm2d(channels);
            conv = Conv2d(channels, Growth, 3, padding: 1, bias: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => cat([x, conv.call(functional.relu(bn.call(x)))], 1);
    }
}
