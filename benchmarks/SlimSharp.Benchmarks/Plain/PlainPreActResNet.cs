using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SlimSharp.Benchmarks.Plain;

/// <summary>Pre-activation bottleneck ResNet of stock modules.</summary>
internal sealed class PlainPreActResNet : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly Sequential blocks;
    private readonly BatchNorm2d bn;
    private readonly TorchSharp.Modules.Linear fc;

    internal PlainPreActResNet(int depth, int classes)
        : base("preresnet")
    {
        conv1 = Conv2d(3, 16, 3, padding: 1, bias: false);
        var made = new List<Module<Tensor, Tensor>>();
        var channels = 16;
        foreach (var (planes, stride) in new[] { (16, 1), (32, 2), (64, 2) })
        {
            for (var i = 0; i < (depth - 2) / 9; i++, channels = 4 * planes)
                made.Add(new Block(channels, planes, i == 0 ? stride : 1, i == 0));
        }
        blocks = Sequential([.. made]);
        bn = BatchNorm2d(channels);
        fc = nn.Linear(channels, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = blocks.call(conv1.call(x));
        x = functional.avg_pool2d(functional.relu(bn.call(x)), 8);
        return fc.call(x.flatten(1));
    }

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d bn1;
        private readonly BatchNorm2d bn2;
        private readonly BatchNorm2d bn3;
        private readonly Conv2d conv1;
        private readonly Conv2d conv2;
        private readonly Conv2d conv3;
        private readonly Conv2d? downsample;

        internal Block(int channels, int planes, int stride, bool first)
            : base("block")
        {
            (bn1, bn2, bn3) = (BatchNorm2d(channels), BatchNorm2d(planes), BatchNorm2d(planes));
            conv1 = Conv2d(channels, planes, 1, bias: false);
            conv2 = Conv2d(planes, planes, 3, stride: stride, padding: 1, bias: false);
            conv3 = Conv2d(planes, 4 * planes, 1, bias: false);
            downsample = first ? Conv2d(channels, 4 * planes, 1, stride: stride, bias: false) : null;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var y = conv1.call(functional.relu(bn1.call(x)));
            y = conv2.call(functional.relu(bn2.call(y)));
            y = conv3.call(functional.relu(bn3.call(y)));
            return y + (downsample?.call(x) ?? x);
        }
    }
}
