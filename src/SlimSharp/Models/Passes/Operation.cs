using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>
/// One step of a pass, forward and backward. What its backward half needs, it holds itself, and lets go of as soon as
/// it is done.
/// </summary>
/// <param name="result">The name of the value it makes.</param>
internal abstract class Operation(string result) : IDisposable
{
    private readonly List<torch.Tensor> _held = [];

    /// <summary>The name of the value it makes.</summary>
    internal string Result { get; } = result;

    /// <summary>Computes the value; the pass owns it.</summary>
    internal abstract torch.Tensor Forward(Pass pass);

    /// <summary>Hands the gradient of the result on to inputs and parameters, and releases it.</summary>
    internal abstract void Backward(Pass pass, Gradient gradient);

    /// <summary>A handle of its own to a tensor, until the backward half is done.</summary>
    protected torch.Tensor Hold(torch.Tensor tensor)
    {
        var held = tensor.alias().DetachFromDisposeScope();
        _held.Add(held);
        return held;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _held)
            tensor.Dispose();
        _held.Clear();
    }
}
