using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>The gradient of a value, which several may hold; who holds it alone may write over it.</summary>
internal sealed class Gradient(torch.Tensor tensor)
{
    private int _holders = 1;

    internal torch.Tensor Tensor { get; } = tensor.DetachFromDisposeScope();

    /// <summary>True if nobody else reads it any more.</summary>
    internal bool IsAlone => _holders == 1;

    /// <summary>One more holder.</summary>
    internal Gradient Share()
    {
        _holders++;
        return this;
    }

    /// <summary>One holder less; the last disposes it.</summary>
    internal void Release()
    {
        if (--_holders == 0)
            Tensor.Dispose();
    }

    /// <summary>The sum of two gradients, both of which are given up.</summary>
    internal static Gradient Sum(Gradient a, Gradient b)
    {
        if (!a.IsAlone && b.IsAlone)
            (a, b) = (b, a);
        if (a.IsAlone)
        {
            a.Tensor.add_(b.Tensor, Scalars.One);
            b.Release();
            return a;
        }
        var sum = new Gradient(a.Tensor.add(b.Tensor, Scalars.One));
        a.Release();
        b.Release();
        return sum;
    }
}
