using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>Any layer, or several of which each reads the one before alone, with a small graph of their own.</summary>
/// <param name="nodes">In their order; the last one's name is that of the value that is made.</param>
internal sealed class LayerOperation(params Node[] nodes) : Operation(nodes[^1].Name)
{
    private readonly Dictionary<string, torch.Tensor> _parameters = [];
    private torch.Tensor[] _inputs = [];
    private torch.Tensor? _output;

    internal override torch.Tensor Forward(Pass pass)
    {
        if (nodes is [{ Layer: Input } input])
            return pass.Input(input.Name).alias();
        var differentiates = pass.Keeps && pass.IsDifferentiable(Result);
        if (!differentiates)
            return Run(new(pass.Parameter, pass.Mode), [.. nodes[0].Inputs.Select(pass.Value)]);
        using var graph = torch.enable_grad();
        _inputs = [.. nodes[0].Inputs.Select(i => Leaf(pass, i))];
        foreach (var node in nodes)
        {
            var trained = node.Layer.Parameters(pass.Network.InputShapes(node)).Where(p => p.IsTrained);
            foreach (var name in trained.Select(p => $"{node.Owner}.{p.Name}"))
                _parameters[name] = Leaf(pass.Parameter(name), true);
        }
        using var output = Run(
            new(name => _parameters.GetValueOrDefault(name) ?? pass.Parameter(name), pass.Mode),
            _inputs
        );
        _output = Hold(output);
        return output.detach();
    }

    internal override void Backward(Pass pass, Gradient gradient)
    {
        var leaves = _inputs.Where(i => i.requires_grad).Concat(_parameters.Values).ToArray();
        var gradients = new Queue<torch.Tensor>(
            torch.autograd.grad([_output!], leaves, [gradient.Tensor], allow_unused: true)
        );
        gradient.Release();
        for (var i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i].requires_grad && gradients.Dequeue() is { IsInvalid: false } own)
                pass.Give(nodes[0].Inputs[i], new(own));
        }
        foreach (var name in _parameters.Keys)
        {
            if (gradients.Dequeue() is { IsInvalid: false } own)
                pass.GiveParameter(name, own);
        }
    }

    private torch.Tensor Run(LayerRunner runner, torch.Tensor[] inputs)
    {
        var value = runner.Run(nodes[0], inputs);
        foreach (var node in nodes.Skip(1))
        {
            using var before = value;
            value = runner.Run(node, [before]);
        }
        return value;
    }

    // What is written into a buffer later, the framework would take for a change of what it read before.
    private torch.Tensor Leaf(Pass pass, string input)
    {
        using var own = pass.IsAppended(input) ? pass.Value(input).clone() : pass.Value(input).alias();
        return Leaf(own, pass.IsDifferentiable(input));
    }

    private torch.Tensor Leaf(torch.Tensor tensor, bool differentiable)
    {
        using var detached = tensor.detach();
        var leaf = Hold(detached);
        return differentiable ? leaf.requires_grad_(true) : leaf;
    }
}
