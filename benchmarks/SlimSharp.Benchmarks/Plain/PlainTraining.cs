using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SlimSharp.Benchmarks.Plain;

/// <summary>
/// A training step as a competent user of TorchSharp writes it: stock modules in their own layout, stock SGD, the
/// penalty as tensor operations layer by layer, one dispose scope.
/// </summary>
internal sealed class PlainTraining : IDisposable
{
    private const double Lambda = 1e-4;
    private readonly Module<Tensor, Tensor> _module;
    private readonly BatchNorm2d[] _norms;
    private readonly SGD _optimizer;

    internal PlainTraining(Module<Tensor, Tensor> module)
    {
        _module = module;
        _norms = [.. module.modules().OfType<BatchNorm2d>()];
        _optimizer = optim.SGD(module.parameters(), 0.1, momentum: 0.9, weight_decay: 1e-4);
        module.train();
    }

    internal double Step(Tensor images, Tensor labels)
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        var loss = functional.cross_entropy(_module.call(images), labels);
        loss.backward();
        foreach (var norm in _norms)
            norm.weight!.grad!.add_(norm.weight.sign(), Lambda);
        _optimizer.step();
        return loss.item<float>();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _module.Dispose();
    }
}
